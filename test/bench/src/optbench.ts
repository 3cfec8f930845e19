import { parseSettings, prometheusClient, type Recommendation, type Report, runCycle } from '@pitwall/collector-processor'
import { advice } from '@pitwall/sdk/contract'
import { recommendationSeries } from '../../../collector-processor/dist/recommendation/series.js'
import { worthOf } from '../../../collector-processor/dist/recommendation/worth.js'
import type { MetricSource } from '../../../sdk/dist/telemetry/source.js'
import { atMost, type Benchmark, type BenchmarkResult, mean } from './benchmark.ts'
import { adviceGoals, atLeast, percent } from './optbench/goals.ts'
import { startWithHistory } from './optbench/history.ts'
import { Instance } from './optbench/instance.ts'
import { CHEAPER, CHEAPER_PRICE, PRICE, PRICED } from './optbench/one-model.ts'
import { Recorder } from './optbench/recorder.ts'
import { coverage, halfWidth, type Prediction } from './optbench/score.ts'
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

/** A world, what was said of it, and what became of that. */
interface Judged {
  readonly instance: Instance
  /** Whether the change was made wrongly there. */
  readonly isPlanted: boolean
  readonly recommendations: readonly Recommendation[]
  /** Why others were not advised. */
  readonly reasons: readonly string[]
  /** State of the first recommendation after the change. */
  readonly verdict: string | undefined
}

const settings = {
  windowMs: '1h',
  blocks: 12,
  earlierWindows: 4,
  scrapeIntervalMs: '60s',
  maxRecommendations: 50,
  modelPrices: { [PRICED]: PRICE, [CHEAPER]: CHEAPER_PRICE },
} as const

/** Plays all worlds, lets a real Prometheus have them, and asks the optimizer once. */
async function ask(record: (recorder: Recorder, end: number) => void): Promise<{ report: Report; version: string }> {
  const recorder = new Recorder()
  const end = Math.floor(Date.now() / 60_000) * 60
  record(recorder, end)
  const prometheus = await startWithHistory(recorder)
  try {
    const parsed = parseSettings({ ...settings, prometheusUrl: prometheus.url, queryOffsetMs: 0 })
    const report = await runCycle({ settings: parsed, client: prometheusClient(parsed), now: end })
    if (report.noVerdict !== undefined) throw new Error(report.noVerdict)
    return { report, version: prometheus.version }
  } finally {
    await prometheus.stop()
  }
}

function isRight({ instance }: Judged, { rule, subject }: Recommendation): boolean {
  return instance.world.truths.some((truth) => truth.rule === rule && (truth.subject ?? instance.service) === subject)
}

/** Lets the optimizer advise some worlds, makes the changes, and asks it for its verdicts. */
async function judge(instances: readonly Instance[], plants: boolean): Promise<{ judged: readonly Judged[]; version: string }> {
  const first = await ask((recorder, end) => instances.forEach((instance) => instance.record(recorder, HISTORY_MS, end)))
  const ofService = <T extends { readonly service: string }>(all: readonly T[], { service }: Instance) =>
    all.filter((one) => one.service === service)
  const asked = instances.map((instance) => ({
    instance,
    isPlanted: plants && instance.canBeWrong,
    recommendations: ofService(first.report.recommendations, instance),
    reasons: ofService(first.report.notAdvised, instance).map(({ rule, reason }) => `${rule}: ${reason}`),
  }))
  const second = await ask((recorder, end) => {
    for (const { instance, isPlanted, recommendations } of asked) {
      const change = isPlanted ? 'wrong' : recommendations[0]?.change
      instance.record(recorder, VERDICT_MS, end, recommendations.length > 0 && change ? { at: CHANGE_MS, change } : undefined)
    }
    remember(recorder, first.report, end)
  })
  const stateOf = (id: string | undefined) => second.report.recommendations.find((one) => one.id === id)?.state
  return { judged: asked.map((one) => ({ ...one, verdict: stateOf(one.recommendations[0]?.id) })), version: first.version }
}

/** The right recommendations of a world, with what they really save. */
function predictionsOf(one: Judged, progress: (line: string) => void): Prediction[] {
  const right = one.recommendations.filter((recommendation) => isRight(one, recommendation))
  return right.map(({ saving, change }) => {
    const actual = one.instance.saving(change, CHANGE_MS, MEASURED_MS.from, MEASURED_MS.to)
    const [lower, likely, upper, truth] = [saving.lower, saving.likely, saving.upper, actual].map((value) => value.toFixed(3))
    progress(`${one.instance.service}: ${lower} to ${upper}, likely ${likely}, in truth ${truth}`)
    // Savings in several units are ranked, and so compared, by what they are worth.
    const worth = worthOf({ ...saving, lower: 1 }, parseSettings(settings))
    return { lower: saving.lower * worth, likely: saving.likely * worth, upper: saving.upper * worth, actual: actual * worth }
  })
}

/** Says what was advised wrongly, and what was missed. */
function complain(one: Judged, progress: (line: string) => void): void {
  const { instance, recommendations, reasons } = one
  for (const recommendation of recommendations.filter((each) => !isRight(one, each)))
    progress(`${instance.service}: wrongly ${recommendation.rule} of ${recommendation.subject}: ${recommendation.title}`)
  for (const { rule, subject } of instance.world.truths.filter((truth) => !recommendations.some((found) => found.rule === truth.rule)))
    progress(`${instance.service}: missed ${rule} of ${subject ?? 'the service'}: ${reasons.join('; ')}`)
}

/** Share of the changes of one kind, made rightly or wrongly, that have the verdict which they should have. */
function shareOf(all: readonly Judged[], planted: boolean, state: string, progress: (line: string) => void): number {
  const given = all.filter(({ isPlanted, recommendations }) => isPlanted === planted && recommendations.length > 0)
  for (const { instance, verdict } of given)
    if (verdict !== state) progress(`${instance.service}: ${verdict ?? 'gone'} instead of ${state}`)
  return mean(given.map(({ verdict }) => Number(verdict === state)))
}

export default {
  what: 'Worlds whose problem or health is known, through a real Prometheus: what is advised, predicted and verified, and what is true.',
  async run(progress, { seed: from = SEED }): Promise<BenchmarkResult> {
    const worlds = await discoverWorlds()
    progress(`${EACH} worlds of each of ${worlds.length} kinds, seeds from ${from}`)
    const all: Judged[] = []
    let prometheus = ''
    // A few at a time: an optimizer tells of its best fifty recommendations alone.
    for (let turn = 0; turn < EACH; turn++) {
      const instances = worlds.map((world, kind) => new Instance(world, from + 100 * kind + turn))
      const { judged, version } = await judge(instances, turn === PLANTED)
      all.push(...judged)
      prometheus = version
    }
    const predictions = all.flatMap((one) => predictionsOf(one, progress))
    for (const one of all) complain(one, progress)
    const advised = all.flatMap(({ recommendations }) => recommendations).length
    const truths = all.flatMap(({ instance }) => instance.world.truths).length
    return {
      goals: [
        ...adviceGoals({ advised, truths, predictions }),
        atLeast(90, 'coverage', 'true savings inside their interval', coverage(predictions)),
        atMost(97, '%', { id: 'too-wide', what: 'true savings inside their interval', figure: percent(coverage(predictions)) }),
        atLeast(90, 'verified', 'right changes that are verified', shareOf(all, false, 'verified', progress)),
        atLeast(90, 'refuted', 'wrongly made changes that are refuted', shareOf(all, true, 'refuted', progress)),
      ],
      peers: [],
      notes: {
        worlds: all.length,
        seeds: `${from} to ${from + 100 * worlds.length}`,
        'half width of the intervals, % of the saving': percent(halfWidth(predictions)),
        prometheus,
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
