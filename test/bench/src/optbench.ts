import { parseSettings, prometheusClient, type Recommendation, type Report, runCycle } from '@pitwall/collector-processor'
import { advice } from '@pitwall/sdk/contract'
import { recommendationSeries } from '../../../collector-processor/dist/recommendation/series.js'
import type { MetricSource } from '../../../sdk/dist/telemetry/source.js'
import { atMost, type Benchmark, type BenchmarkResult, goal } from './benchmark.ts'
import { startWithHistory } from './optbench/history.ts'
import { Instance } from './optbench/instance.ts'
import { Recorder } from './optbench/recorder.ts'
import { coverage, halfWidth, mean, meanError, type Prediction, rankCorrelation } from './optbench/score.ts'
import { discoverWorlds } from './optbench/world.ts'

const HOUR_MS = 3_600_000
/** The window, and so much before it that drift can be seen. */
const HISTORY_MS = 5 * HOUR_MS
/** Changes are made so long after the advice. */
const CHANGE_MS = HISTORY_MS + 60_000
/** What they save is measured in the hour after caches have become warm. */
const MEASURED_MS = { from: CHANGE_MS + 1_500_000, to: CHANGE_MS + 1_500_000 + HOUR_MS }
/** Then the verdict is asked for: another hour, the warm-up, and the blocks that the change falls into. */
const VERDICT_MS = MEASURED_MS.to + 900_000
/** Worlds of each kind. */
const EACH = 8
/** Used for nothing else: while the optimizer was developed, seeds from 7000 were. */
const SEED = 930_000
/** Of so many worlds of a kind, the last is changed wrongly: what is advised there must be refuted. */
const PLANTED = EACH - 1

interface Judged {
  readonly instance: Instance
  readonly isPlanted: boolean
  readonly recommendations: readonly Recommendation[]
  /** Why others were not advised. */
  readonly reasons: readonly string[]
  /** State of the first recommendation after the change. */
  readonly verdict: string | undefined
}

const settings = { windowMs: '1h', blocks: 12, earlierWindows: 4, scrapeIntervalMs: '60s', maxRecommendations: 50 } as const

/** Plays all worlds, lets a real Prometheus have them, and asks the optimizer once. */
async function ask(record: (recorder: Recorder, end: number) => void): Promise<{ report: Report; end: number; version: string }> {
  const recorder = new Recorder()
  const end = Math.floor(Date.now() / 60_000) * 60
  record(recorder, end)
  const prometheus = await startWithHistory(recorder)
  try {
    const parsed = parseSettings({ ...settings, prometheusUrl: prometheus.url, queryOffsetMs: 0 })
    const report = await runCycle({ settings: parsed, client: prometheusClient(parsed), now: end })
    if (report.noVerdict !== undefined) throw new Error(report.noVerdict)
    return { report, end, version: prometheus.version }
  } finally {
    await prometheus.stop()
  }
}

function isRight({ instance }: Judged, { rule, subject }: Recommendation): boolean {
  return instance.world.truths.some((truth) => truth.rule === rule && truth.subject === subject)
}

export default {
  what: 'Worlds whose problem or health is known, through a real Prometheus: what is advised, predicted and verified, and what is true.',
  async run(progress, { seed: from = SEED }): Promise<BenchmarkResult> {
    const worlds = await discoverWorlds()
    progress(`${EACH} worlds of each of ${worlds.length} kinds, seeds from ${from}`)
    const judged: Judged[] = []
    let version = ''
    // A few at a time: an optimizer tells of its best fifty recommendations alone.
    for (let turn = 0; turn < EACH; turn++) {
      const instances = worlds.map((world, kind) => new Instance(world, from + 100 * kind + turn))
      const first = await ask((recorder, end) => instances.forEach((instance) => instance.record(recorder, HISTORY_MS, end)))
      version = first.version
      const asked = instances.map((instance) => ({
        instance,
        recommendations: first.report.recommendations.filter(({ service }) => service === instance.service),
      }))
      const second = await ask((recorder, end) => {
        for (const {
          instance,
          recommendations: [recommendation],
        } of asked) {
          const change = turn === PLANTED && instance.canBeWrong ? 'wrong' : recommendation?.change
          instance.record(recorder, VERDICT_MS, end, recommendation && change && { at: CHANGE_MS, change })
        }
        remember(recorder, first.report, end)
      })
      for (const { instance, recommendations } of asked) {
        const reasons = first.report.notAdvised
          .filter(({ service }) => service === instance.service)
          .map(({ rule, reason }) => `${rule}: ${reason}`)
        const verdict = second.report.recommendations.find(({ id }) => id === recommendations[0]?.id)?.state
        judged.push({ instance, isPlanted: turn === PLANTED && instance.canBeWrong, recommendations, reasons, verdict })
      }
    }
    const predictions = judged.flatMap((one) =>
      one.recommendations
        .filter((recommendation) => isRight(one, recommendation))
        .map(({ saving, change }): Prediction => {
          const actual = one.instance.saving(change, CHANGE_MS, MEASURED_MS.from, MEASURED_MS.to)
          progress(
            `${one.instance.service}: ${saving.lower.toFixed(3)} to ${saving.upper.toFixed(3)}, likely ${saving.likely.toFixed(3)}, in truth ${actual.toFixed(3)}`,
          )
          return { ...saving, actual }
        }),
    )
    const all = judged.flatMap(({ recommendations }) => recommendations).length
    const truths = judged.flatMap(({ instance }) => instance.world.truths).length
    for (const one of judged) {
      const wrong = one.recommendations.filter((recommendation) => !isRight(one, recommendation))
      for (const { rule, subject, title } of wrong) progress(`${one.instance.service}: wrongly ${rule} of ${subject}: ${title}`)
      const missed = one.instance.world.truths.filter(({ rule }) => !one.recommendations.some((found) => found.rule === rule))
      for (const { rule, subject } of missed) {
        progress(`${one.instance.service}: missed ${rule} of ${subject}: ${one.reasons.join('; ')}`)
      }
    }
    const verdicts = (planted: boolean, state: string) => {
      const given = judged.filter(({ isPlanted, recommendations }) => isPlanted === planted && recommendations.length > 0)
      for (const { instance, verdict } of given)
        if (verdict !== state) progress(`${instance.service}: ${verdict ?? 'gone'} instead of ${state}`)
      return mean(given.map(({ verdict }) => Number(verdict === state)))
    }
    const share = (figure: number) => Number((100 * figure).toPrecision(4))
    const atLeast = (limit: number, id: string, what: string, figure: number) =>
      goal({ id, what, unit: '%', figure: share(figure), limit, comparator: '>=' })
    return {
      goals: [
        atLeast(97, 'precision', 'recommendations that are right', predictions.length / all),
        atLeast(95, 'recall', 'problems that are found', predictions.length / truths),
        atMost(15, '%', { id: 'error', what: 'mean relative error of the predicted saving', figure: share(meanError(predictions)) }),
        atLeast(95, 'ranks', 'rank correlation of predicted and true savings (Spearman)', rankCorrelation(predictions)),
        atLeast(90, 'coverage', 'true savings inside their interval', coverage(predictions)),
        atMost(97, '%', { id: 'too-wide', what: 'true savings inside their interval', figure: share(coverage(predictions)) }),
        atLeast(90, 'verified', 'right changes that are verified', verdicts(false, 'verified')),
        atLeast(90, 'refuted', 'wrongly made changes that are refuted', verdicts(true, 'refuted')),
      ],
      peers: [],
      notes: {
        worlds: judged.length,
        seeds: `${from} to ${from + 100 * worlds.length}`,
        'half width of the intervals, % of the saving': share(halfWidth(predictions)),
        prometheus: version,
      },
    }
  },
} satisfies Benchmark

/** What the first report said, as Prometheus has it from then until a little after the changes. */
function remember(recorder: Recorder, report: Report, end: number): void {
  const points = report.recommendations.flatMap((recommendation) => recommendationSeries({ ...report, recommendations: [recommendation] }))
  const source: MetricSource = {
    collect(sink) {
      // Times were those of the first Prometheus, whose history ended earlier.
      for (const { metric, attributes, value } of points)
        sink.number(metric, attributes, metric === advice.created ? end - (VERDICT_MS - HISTORY_MS) / 1_000 : value)
    },
  }
  for (let at = HISTORY_MS; at <= CHANGE_MS + 120_000; at += 60_000)
    recorder.scrape([source], { 'service.name': 'pitwall' }, end - (VERDICT_MS - at) / 1_000)
}
