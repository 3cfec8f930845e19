import { eventLoop, heap, runtime, system } from '@pitwall/sdk/contract'
import { collectionCost, collectionQuestions, collectionTime } from '../prediction/collection-time.ts'
import { estimate } from '../prediction/estimate.ts'
import { freeMemory } from '../prediction/free-memory.ts'
import { lastingSince } from '../prediction/lasting-change.ts'
import { concerned, latest, levelByProcess } from '../prediction/processes.ts'
import { MEBIBYTE, proposedSemiSpace, scavengeTimeSaved, semiSpaceHolding } from '../prediction/scavenges.ts'
import { growthInWindow } from '../prediction/window.ts'
import { type Evidence, indexAt } from '../prometheus/evidence.ts'
import { processQuestions } from '../prometheus/process-questions.ts'
import { select } from '../prometheus/promql.ts'
import { growth } from '../prometheus/question.ts'
import { aService } from '../prometheus/questions.ts'
import { labelOf, sumOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenLevel, writtenMean, type WrittenSeries } from '../prometheus/written-series.ts'
import { formatBytes, formatNumber, formatSaving, formatShare } from '../text/numbers.ts'
import { type Answer, judgeEach, type Proposal, type Rule } from './rule.ts'

/** Below this share of its active time a process's scavenges are what any process has. */
const MIN_SHARE = 0.03

/** Scavenges that have to be looked into before their mean is one. */
const MIN_SAMPLES = 30

/**
 * V8 lets a new space grow with what survives. Measured with a limit of 4 MiB instead of 1, there were 3.8 times fewer scavenges where
 * 12 % of the bytes survived, 3 times where it was 5 %, and 1.7 times where it was 1 %: below this share the least size must be set as well.
 */
const GROWS = 0.08

/** A new space grown by half is a changed one; V8 itself doubles it. */
const GROWN = 1.5

const minor = ['minor']
/** Scavenges that were looked into. */
export const samples = growth(select(heap.scavengeSamples), aService, ['pitwall.heap.at_limit'])
/** Bytes in the new space at their beginning, by what became of them. */
export const sizes = growth(select(heap.scavengeSize), aService, ['pitwall.gc.fate'])

function judge(subject: Subject, evidence: Evidence): Answer | undefined {
  const { span } = evidence
  const time = collectionTime(evidence, subject, minor)
  if (time === undefined || time.shares.size === 0) return undefined
  const busy = concerned(time.shares, (share) => share >= MIN_SHARE)
  const most = formatShare(Math.max(...time.shares.values()))
  if (busy.count === 0) return { kind: 'notAdvised', subject, reason: `scavenges take at most ${most} of the time that its processes work` }
  if (!busy.isService) {
    return { kind: 'notAdvised', subject, reason: `only ${busy.text} spends more than ${formatShare(MIN_SHARE)} in scavenges, ${most}` }
  }
  const inWindow = (fate: string): number =>
    growthInWindow(
      evidence.of(sizes).total(subject, (row) => labelOf(row, 'pitwall.gc.fate') === fate),
      span,
    ).total
  const looked = growthInWindow(evidence.of(samples).total(subject), span).total
  if (looked < MIN_SAMPLES) {
    return { kind: 'notEnoughData', subject, needs: `${Math.floor(looked)} scavenges looked into, needs ${MIN_SAMPLES}` }
  }
  const [survived, promoted] = [inWindow('survived') / looked, inWindow('promoted') / looked]
  const size = inWindow('freed') / looked + survived + promoted
  const limits = [...latest(levelByProcess(evidence, subject, heap.semiSpaceLimit)).values()]
  const atLimit = evidence.of(samples).total(subject, (row) => labelOf(row, 'pitwall.heap.at_limit') === 'true')
  const isAtLimit = limits.length > 0 && growthInWindow(atLimit, span).total >= looked / 2
  const growsByItself = isAtLimit && (survived + promoted) / size >= GROWS
  const present = isAtLimit ? Math.min(...limits) : semiSpaceHolding(size)
  const free = freeMemory(evidence, subject)
  const proposed = proposedSemiSpace(present, free ?? Infinity)
  if (proposed === undefined) {
    const room = free === undefined ? '' : ` with ${formatBytes(Math.max(0, free))} of memory free`
    return { kind: 'notAdvised', subject, reason: `a semi-space of ${formatBytes(present)} is as large as it should be${room}` }
  }
  const seconds = time.seconds.map((value) => (value === undefined ? undefined : span.blockSeconds))
  const spent = estimate({ amounts: time.seconds, requests: seconds, windowBlocks: span.windowBlocks, floor: 0 })
  if (spent === undefined) return { kind: 'notEnoughData', subject, needs: 'measurements in at least three blocks of the window' }
  const share = scavengeTimeSaved({ size, survived, promoted }, proposed / present)
  const saving = {
    unit: 's/s',
    lower: Math.max(0, spent.lower) * share.lower,
    likely: spent.likely * share.likely,
    upper: spent.upper * share.upper,
  } as const
  const mebibytes = proposed / MEBIBYTE
  return {
    kind: 'finding',
    subject,
    title: `Give ${subject.name} more room for young objects`,
    advice: `Start ${subject.name} with --max-semi-space-size=${mebibytes}${growsByItself ? '' : ` and --min-semi-space-size=${mebibytes}`}.`,
    saving,
    evidence: [
      `Scavenges take ${formatNumber(spent.likely)} s/s in ${busy.text}, up to ${most} of a process's active time.`,
      `Each finds ${formatBytes(size)} in the new space; ${formatShare((survived + promoted) / size)} of it survives, which more room does not save from being copied if it lasts.`,
      `A half of it has ${formatBytes(present)}${isAtLimit ? ', as much as it may have' : ''}. With ${mebibytes} MiB there are ${formatNumber(proposed / present)} times fewer scavenges.`,
      ...(growsByItself
        ? []
        : [
            'V8 would use a larger limit in part only, as it lets the new space grow with what survives: the least size has to be set as well.',
          ]),
      free === undefined
        ? `No limit of memory is known; each process may take up to ${formatBytes(3 * (proposed - present))} more.`
        : `${formatBytes(free)} of memory are free in the container that has the least, of which it may take ${formatBytes(3 * (proposed - present))}.`,
      `Predicted: ${formatSaving(saving)}.`,
    ],
    example: growsByItself
      ? `# ${subject.name}\nexport NODE_OPTIONS="$NODE_OPTIONS --max-semi-space-size=${mebibytes}"\n`
      : `# ${subject.name}: on the command line, as Node.js refuses to start with --min-semi-space-size in NODE_OPTIONS\nnode --max-semi-space-size=${mebibytes} --min-semi-space-size=${mebibytes} --import @pitwall/sdk/register agent.js\n`,
    change: { semiSpaceMebibytes: mebibytes },
  }
}

/** The change is seen when scavenges find half as much again in the new space as they did. */
function appliedAt(evidence: Evidence, { subject, createdAt }: Proposal): number | undefined {
  const { span } = evidence
  const [bytes, count] = [evidence.of(sizes).total(subject), evidence.of(samples).total(subject)]
  const from = indexAt(span, createdAt)
  const mean = (start: number, end?: number): number => sumOf(bytes.slice(start, end)) / sumOf(count.slice(start, end))
  const before = mean(Math.max(0, from - span.windowBlocks), from + 1)
  return lastingSince(span, createdAt, (index) => mean(index, index + 1) >= GROWN * before)
}

const runbook = `# Give a service more room for young objects

## What it means
New objects are made in the new space. When one of its two halves, a semi-space, is full, a scavenge stops the process, copies what is still alive, and forgets the rest. With a small semi-space that happens hundreds of times a second, and takes more than 3 % of the time that the processes work.

## How the saving is computed
The number of scavenges is one over the size. What each of them costs is copying, and a fixed part. Objects that last are copied twice however much room there is; the others have died by then. Some scavenges of all are looked into (\`${heap.scavengeSize.name}\`) and tell how many bytes are of which kind.

    saving = seconds of scavenges a second × (1 − present size / new size) × (1 − lasting bytes / (0.3 MiB + copied bytes)) × 0.8

The lower bound has 0.5 instead of 0.8, and the upper one is as if nothing lasted. 0.3 MiB, and both factors, were measured on programs of which 5 to 32 % of the bytes survive. The new size is four times the present one, at most 64 MiB: so far were predictions checked.

## When it does not apply
- Fewer than half of the processes spend more than 3 % of their active time in scavenges.
- Nearly all that is copied lasts: the saving is then too small.
- The container has no room: a semi-space takes up to three times its size, and 15 % of the container are left alone. Where several processes share a container, divide what is free among them.
- \`--min-semi-space-size\` is needed where less than 8 % survives, because V8 then keeps the new space small. NODE_OPTIONS must not have it: Node.js refuses to start.

## How to verify it
Start the processes with the new options. When scavenges find half as much again in the new space, Pitwall takes the change as made, and compares their seconds for each second of other work (\`${runtime.gcDuration.name}\`, \`${eventLoop.time.name}\`) with those before.
`

interface Situation {
  readonly minorSeconds: number
  readonly at?: boolean
  readonly promoted?: number
  readonly limit?: number
  readonly used?: number
  readonly looked?: number
}

/** A process that is active half of the time, in a container of 512 MiB, of which a second's scavenges are looked into. */
function scavenging(
  { minorSeconds, at = true, promoted = 0.005, limit = 1, used = 200, looked = 2 }: Situation,
  name = 'one',
): WrittenSeries[] {
  const process = (series: WrittenSeries): WrittenSeries => ({ ...series, labels: { ...series.labels, service_instance_id: name } })
  const fate = (kind: string, share: number): WrittenSeries =>
    written(heap.scavengeSize, { 'pitwall.gc.fate': kind }, looked * share * (at ? limit : 1) * MEBIBYTE)
  return [
    ...writtenMean(runtime.gcDuration, { 'v8js.gc.type': 'minor' }, 100, minorSeconds / 100),
    written(eventLoop.time, { 'nodejs.eventloop.state': 'active' }, 0.5),
    written(eventLoop.time, { 'nodejs.eventloop.state': 'idle' }, 0.5),
    written(heap.scavengeSamples, { 'pitwall.heap.at_limit': String(at) }, looked),
    fate('survived', 0.09),
    fate('promoted', promoted),
    fate('freed', 0.91 - promoted),
    writtenLevel(heap.semiSpaceLimit, {}, limit * MEBIBYTE),
    writtenLevel(system.containerMemoryLimit, {}, 512 * MEBIBYTE),
    writtenLevel(system.containerWorkingSet, {}, used * MEBIBYTE),
  ].map(process)
}

const others = ['two', 'three', 'four'].flatMap((name) => scavenging({ minorSeconds: 0.002 }, name))

export default {
  title: 'Give a service more room for young objects',
  effort: 'minutes',
  subjectKind: 'service',
  questions: [...collectionQuestions, processQuestions.levels, samples, sizes],
  costQuestions: collectionQuestions,
  evaluate: judgeEach(processQuestions.gcSeconds, judge),
  appliedAt,
  hasControls: false,
  cost: (evidence, subject) => collectionCost(evidence, subject, minor),
  runbook,
  cases: [
    { title: 'a semi-space of 1 MiB is full a hundred times a second', says: 'finding', series: scavenging({ minorSeconds: 0.1 }) },
    { title: 'V8 keeps the new space below its limit', says: 'finding', series: scavenging({ minorSeconds: 0.1, at: false, limit: 16 }) },
    { title: 'scavenges as every process has them', says: 'notAdvised', series: scavenging({ minorSeconds: 0.01 }) },
    { title: 'one of four processes', says: 'notAdvised', series: [...scavenging({ minorSeconds: 0.2 }), ...others] },
    { title: 'all that survives lasts', says: 'notAdvised', series: scavenging({ minorSeconds: 0.06, promoted: 0.9, limit: 16 }) },
    { title: 'a container without room', says: 'notAdvised', series: scavenging({ minorSeconds: 0.1, used: 440 }) },
    { title: 'a new space that is large', says: 'notAdvised', series: scavenging({ minorSeconds: 0.1, limit: 64 }) },
    { title: 'few scavenges were looked into', says: 'notEnoughData', series: scavenging({ minorSeconds: 0.1, looked: 0.01 }) },
  ],
} satisfies Rule
