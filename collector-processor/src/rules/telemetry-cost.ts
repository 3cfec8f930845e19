import { sdk } from '@pitwall/sdk/contract'
import { estimate, scaled } from '../prediction/estimate.ts'
import { lastingSince } from '../prediction/lasting-change.ts'
import { meanOf } from '../prediction/loop-use.ts'
import { byProcess, concerned, latest } from '../prediction/processes.ts'
import { type Evidence, indexAt, type Span } from '../prometheus/evidence.ts'
import { select } from '../prometheus/promql.ts'
import { growth, level } from '../prometheus/question.ts'
import { aService } from '../prometheus/questions.ts'
import { type Blocks, labelOf, lastOf, sumOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenLevel, type WrittenSeries } from '../prometheus/written-series.ts'
import { formatNumber, formatSaving, formatShare } from '../text/numbers.ts'
import { type Answer, type Cost, judgeEach, type Proposal, type Rule } from './rule.ts'

/** What the SDK may take by default, as a share of a core: below it telemetry is worth its price. */
const BUDGET = 0.01

/** Exports are made so many times less often. */
const LESS_OFTEN = 4

/** What the SDK measures of itself is no more exact than this, as a share of it. */
const UNSURE = 0.05

/** Time that the SDK took for itself, by process, and by its layer in all processes. */
export const ofProcess = growth(select(sdk.overheadTime), aService, ['service.instance.id'])
export const ofLayer = growth(select(sdk.overheadTime), aService, ['pitwall.sdk.layer'])
/** Profilers; 1 where one runs. Layers that are none cannot be left out by name. */
export const profilers = level('max', select(sdk.layerRunning), aService, ['pitwall.sdk.layer'])

/** What can be done about a layer. */
interface Remedy {
  readonly layer: string
  /** Seconds that the layer took in all processes. */
  readonly seconds: Blocks
  /** Share of it that falls away. */
  readonly share: number
  readonly advice: string
  readonly example: string
}

/** The remedy that saves the most in blocks from one to another; undefined where no layer that costs anything has one. */
function bestRemedy(subject: Subject, evidence: Evidence, from: number, to?: number): Remedy | undefined {
  const running = evidence
    .of(profilers)
    .rows(subject)
    .filter(({ blocks }) => (lastOf(blocks.slice(from, to)) ?? 0) > 0)
    .map((row) => labelOf(row, 'pitwall.sdk.layer'))
  const spent = (remedy: Remedy): number => remedy.share * sumOf(remedy.seconds.slice(from, to))
  return evidence
    .of(ofLayer)
    .rows(subject)
    .flatMap((row) => remedyOf(labelOf(row, 'pitwall.sdk.layer'), row.blocks, running) ?? [])
    .filter((remedy) => spent(remedy) > 0)
    .toSorted((a, b) => spent(b) - spent(a))[0]
}

function remedyOf(layer: string, seconds: Blocks, running: readonly string[]): Remedy | undefined {
  if (layer === 'export' || layer === 'collection') {
    return {
      layer,
      seconds,
      share: 1 - 1 / LESS_OFTEN,
      advice: `Export ${LESS_OFTEN} times less often: raise OTEL_METRIC_EXPORT_INTERVAL, or scrape_interval where the processes are scraped.`,
      example: `# ${LESS_OFTEN} times what it is; the default is 60000\nexport OTEL_METRIC_EXPORT_INTERVAL=240000`,
    }
  }
  if (!running.includes(layer)) return undefined
  const others = running.filter((name) => name !== layer)
  const setting =
    layer === 'cpu-profile' ? 'PITWALL_CPU_PROFILE=false' : `PITWALL_PROFILERS=${others.length === 0 ? 'none' : others.join(',')}`
  return {
    layer,
    seconds,
    share: 1,
    advice: `Leave the profiler ${layer} out, by ${layer === 'cpu-profile' ? setting : 'a list of the others in PITWALL_PROFILERS'}.`,
    example: `# without ${layer}\nexport ${setting}`,
  }
}

function judge(subject: Subject, evidence: Evidence): Answer | undefined {
  const { span } = evidence
  const processes = byProcess(evidence.of(ofProcess), subject)
  const shares = new Map(
    [...latest(processes).keys()].map((process) => [
      process,
      meanOf((processes.get(process) ?? []).slice(-span.windowBlocks)) / span.blockSeconds,
    ]),
  )
  if (shares.size === 0) return undefined
  const costly = concerned(shares, (share) => share > BUDGET)
  const most = formatShare(Math.max(...shares.values()))
  if (costly.count === 0) return { kind: 'notAdvised', subject, reason: `telemetry takes ${most} of a core in a process at most` }
  if (!costly.isService)
    return { kind: 'notAdvised', subject, reason: `only ${costly.text} pays more than ${formatShare(BUDGET)} for telemetry, ${most}` }
  const remedy = bestRemedy(subject, evidence, span.blocks - span.windowBlocks)
  if (remedy === undefined) {
    return { kind: 'notAdvised', subject, reason: 'what its telemetry costs is no profiler that can be left out: profile fewer functions' }
  }
  const perSecond = estimate({
    amounts: remedy.seconds,
    requests: remedy.seconds.map((value) => (value === undefined ? undefined : span.blockSeconds)),
    windowBlocks: span.windowBlocks,
    floor: (UNSURE * sumOf(remedy.seconds.slice(-span.windowBlocks))) / (span.windowBlocks * span.blockSeconds),
  })
  if (perSecond === undefined) return { kind: 'notEnoughData', subject, needs: 'measurements in at least three blocks of the window' }
  const saving = { unit: 's/s', ...scaled(perSecond, remedy.share) } as const
  return {
    kind: 'finding',
    subject,
    title: `Let telemetry of ${subject.name} cost less: ${remedy.layer}`,
    advice: remedy.advice,
    saving,
    evidence: [
      `Telemetry takes more than ${formatShare(BUDGET)} of a core in ${costly.text}, up to ${most}.`,
      `Its costliest layer that can be changed is ${remedy.layer}: ${formatNumber(perSecond.likely)} s/s of all processes together.`,
      `Predicted: ${formatSaving(saving)}.`,
    ],
    example: `# ${subject.name}\n${remedy.example}\n`,
    change: { layer: remedy.layer },
  }
}

/** The change is seen when the layer takes less than half of what it took. */
function appliedAt(evidence: Evidence, { subject, createdAt }: Proposal): number | undefined {
  const { span } = evidence
  const from = indexAt(span, createdAt)
  const seconds = bestRemedy(subject, evidence, Math.max(0, from + 1 - span.windowBlocks), from + 1)?.seconds ?? []
  const before = meanOf(seconds.slice(0, from + 1))
  const running = evidence.of(ofProcess).total(subject)
  return lastingSince(span, createdAt, (index) => running[index] !== undefined && (seconds[index] ?? 0) < before / 2)
}

/** Seconds that telemetry took, for each second of a process. */
function cost(evidence: Evidence, subject: Subject): Cost {
  const processes = [...byProcess(evidence.of(ofProcess), subject).values()]
  const spent = evidence.of(ofProcess).total(subject)
  const requests = spent.map((_, index) => secondsOf(processes, index, evidence.span))
  return { spent, requests, per: 'second of a process' }
}

function secondsOf(processes: readonly Blocks[], index: number, { blockSeconds }: Span): number | undefined {
  const count = processes.filter((blocks) => blocks[index] !== undefined).length
  return count === 0 ? undefined : count * blockSeconds
}

const runbook = `# Let telemetry cost less

## What it means
The SDK measures what each of its layers costs. In at least half of the processes all layers together take more than 1 % of a core, which is what they may take by default.

## How the saving is computed
\`${sdk.overheadTime.name}\` counts the seconds of each layer, CPU time of its own threads included. A profiler that is left out takes nothing: all of its seconds are saved. Exports that are made four times less often take a quarter. The change that saves the most is proposed.

    saving = seconds of the layer a second in all processes × (1 for a profiler, 3/4 for exports)

The interval comes from how much that differs between the blocks of the window and between earlier windows.

## When it does not apply
- All layers together take less than 1 % of a core: numbers that nobody pays for are no saving.
- Fewer than half of the processes pay so much. The SDK stops profilers by itself where one process exceeds \`maxOverhead\`.
- The cost is of calls and their arguments (\`calls\`, \`repetition\`): profile fewer functions, which only you can choose.

## How to verify it
Set what the example says: \`PITWALL_PROFILERS\` names the profilers that are to run, \`PITWALL_CPU_PROFILE\` the sampling of stacks. When the layer takes less than half of what it took for three blocks, Pitwall takes the change as made, and compares what all layers take in a second of a process with what they took. What the profiler exported is then missing, also for advice.
`

/** A process of which layers take so many seconds a second. */
const paying = (layers: Readonly<Record<string, number>>, running: readonly string[], name = 'one'): WrittenSeries[] =>
  [
    ...Object.entries(layers).map(([layer, perSecond]) => written(sdk.overheadTime, { 'pitwall.sdk.layer': layer }, perSecond)),
    ...running.map((layer) => writtenLevel(sdk.layerRunning, { 'pitwall.sdk.layer': layer }, 1)),
  ].map((series) => ({ ...series, labels: { ...series.labels, service_instance_id: name } }))

const usual = ['allocation', 'gc', 'heap']
const cheap = ['two', 'three', 'four'].flatMap((name) => paying({ heap: 0.001 }, usual, name))

export default {
  title: 'Let telemetry cost less',
  effort: 'minutes',
  subjectKind: 'service',
  questions: [ofProcess, ofLayer, profilers],
  costQuestions: [ofProcess],
  evaluate: judgeEach(ofProcess, judge),
  appliedAt,
  hasControls: false,
  cost,
  runbook,
  cases: [
    { title: 'a profiler that takes 3 % of a core', says: 'finding', series: paying({ allocation: 0.03, gc: 0.001 }, usual) },
    { title: 'exports that take 4 % of a core', says: 'finding', series: paying({ export: 0.04, gc: 0.001 }, usual) },
    { title: 'telemetry within its budget', says: 'notAdvised', series: paying({ allocation: 0.004, gc: 0.001 }, usual) },
    { title: 'calls of very many profiled functions', says: 'notAdvised', series: paying({ calls: 0.05 }, usual) },
    { title: 'one of four processes', says: 'notAdvised', series: [...paying({ allocation: 0.2 }, usual), ...cheap] },
  ],
} satisfies Rule
