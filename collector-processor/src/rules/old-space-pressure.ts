import { eventLoop, heap, leak, runtime, system } from '@pitwall/sdk/contract'
import { collectionCost, collectionQuestions, collectionTime } from '../prediction/collection-time.ts'
import { estimate } from '../prediction/estimate.ts'
import { freeMemory } from '../prediction/free-memory.ts'
import { majorTimeSaved, proposedHeapLimit } from '../prediction/heap-limit.ts'
import { riseAt } from '../prediction/memory-cache.ts'
import { concerned, latest, levelByProcess, lowest } from '../prediction/processes.ts'
import { blockStart, type Evidence, indexAt } from '../prometheus/evidence.ts'
import { processQuestions } from '../prometheus/process-questions.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenLevel, writtenMean, type WrittenSeries } from '../prometheus/written-series.ts'
import { formatBytes, formatNumber, formatSaving, formatShare } from '../text/numbers.ts'
import { type Answer, judgeEach, type Proposal, type Rule } from './rule.ts'

/** Below this share of its active time a process's major collections are what any process has. */
const MIN_SHARE = 0.05

/** A heap of which less than this stays after a collection has room: what it collects is something else. */
const OCCUPIED = 0.6

/** Of the blocks of the window, so many must be like that: a heap that fills after a start is collected often, and then no more. */
const MOST = 0.5

const MEBIBYTE = 2 ** 20
const major = ['major', 'incremental']

function judge(subject: Subject, evidence: Evidence): Answer | undefined {
  const { span } = evidence
  const time = collectionTime(evidence, subject, major)
  if (time === undefined || time.shares.size === 0) return undefined
  const most = formatShare(Math.max(...time.shares.values()))
  const limits = latest(levelByProcess(evidence, subject, heap.limit))
  const staying = latest(levelByProcess(evidence, subject, heap.afterGc))
  const occupied = (process: string): number => (staying.get(process) ?? 0) / (limits.get(process) ?? Infinity)
  const busy = concerned(time.shares, (share) => share >= MIN_SHARE)
  const full = concerned(time.shares, (share, process) => share >= MIN_SHARE && occupied(process) >= OCCUPIED)
  if (busy.count === 0)
    return { kind: 'notAdvised', subject, reason: `major collections take at most ${most} of the time that its processes work` }
  if (limits.size === 0 || staying.size === 0)
    return { kind: 'notEnoughData', subject, needs: 'the limit of the heap and what stays in it' }
  if (!full.isService) {
    const reason =
      full.count === 0
        ? `major collections take up to ${most}, but there is room in the heap`
        : `only ${full.text} is near the limit of the heap`
    return { kind: 'notAdvised', subject, reason }
  }
  if (concerned(limits, (_, process) => latest(levelByProcess(evidence, subject, leak.growth)).has(process)).isService) {
    return { kind: 'notAdvised', subject, reason: 'its memory leaks: a larger limit would only be reached later' }
  }
  const window = time.seconds.slice(-span.windowBlocks)
  const work = time.work.slice(-span.windowBlocks)
  const pressed = window.filter((seconds, index) => (seconds ?? 0) >= MIN_SHARE * ((work[index] ?? 0) + (seconds ?? 0)))
  if (pressed.length < MOST * window.filter((seconds) => seconds !== undefined).length) {
    return { kind: 'notAdvised', subject, reason: 'it collected often for a part of the window only, as while a heap fills after a start' }
  }
  const [limit, stays] = [Math.min(...limits.values()), Math.max(...staying.values())]
  const free = freeMemory(evidence, subject)
  const proposed = proposedHeapLimit(stays, limit, free ?? Infinity)
  if (proposed === undefined) {
    const room =
      free === undefined ? '' : `, and its container has ${formatBytes(Math.max(0, free))} left: it needs more memory, or has to hold less`
    return { kind: 'notAdvised', subject, reason: `a heap of ${formatBytes(limit)} holds ${formatBytes(stays)}${room}` }
  }
  const seconds = time.seconds.map((value) => (value === undefined ? undefined : span.blockSeconds))
  const spent = estimate({ amounts: time.seconds, requests: seconds, windowBlocks: span.windowBlocks, floor: 0 })
  if (spent === undefined) return { kind: 'notEnoughData', subject, needs: 'measurements in at least three blocks of the window' }
  const share = majorTimeSaved(stays, limit, proposed)
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
    title: `Give the heap of ${subject.name} more room`,
    advice: `Start ${subject.name} with --max-old-space-size=${mebibytes}.`,
    saving,
    evidence: [
      `Major collections take ${formatNumber(spent.likely)} s/s in ${full.text}, up to ${most} of a process's active time.`,
      `After them ${formatBytes(stays)} of ${formatBytes(limit)} are still in use, so that the rest is soon full again.`,
      free === undefined
        ? `No limit of memory is known: see that each host has ${formatBytes(proposed - limit)} more for each process.`
        : `The container with the least room has ${formatBytes(free)} left, of which each process may take ${formatBytes(proposed - limit)}.`,
      `Predicted: ${formatSaving(saving)}.`,
    ],
    example: `# ${subject.name}: after a collection ${formatBytes(stays)} stay\nexport NODE_OPTIONS="$NODE_OPTIONS --max-old-space-size=${mebibytes}"\n`,
    change: { maxOldSpaceMebibytes: mebibytes },
  }
}

/** The change is seen when the lowest limit of all heaps has risen. */
function appliedAt(evidence: Evidence, { subject, createdAt }: Proposal): number | undefined {
  const { span } = evidence
  const index = riseAt(lowest(levelByProcess(evidence, subject, heap.limit)), indexAt(span, createdAt))
  return index === undefined ? undefined : Math.max(createdAt, blockStart(span, index))
}

const runbook = `# Give a heap more room

## What it means
What stays in the heap after a major collection is near its limit, so that the little room beside it is full again soon, and the next major collection comes. They take more than 5 % of the time that the processes work. When what stays reaches the limit, the process ends.

## How the saving is computed
There is a major collection each time that the room beside what stays (\`${heap.afterGc.name}\`) up to the limit (\`${heap.limit.name}\`) is full, so their number falls to the present room over the new one. Each is also shorter farther from the limit.

    left   = (limit − staying) / (new limit − staying)
    saving = seconds of major collections a second × (1 − left²)

The lower bound has left instead of its square, and the upper one is all of the time. In programs with 86 and 143 MB alive, a limit of 1.1 to 2.7 times the present one saved 59 to 97 % of that time where the lower bound said 22 to 87 %. The new limit is twice what stays, as far as the container has room.

## When it does not apply
- Fewer than half of the processes are near their limit, or the heap has room: then it is not the limit.
- It is like that for less than half of the window: a heap that fills after a start.
- The container has no room: 15 % of it are left alone. Then give it more memory, or make caches smaller.
- The memory leaks (\`heap-leak\`): a larger limit is reached as well.

## How to verify it
Start the processes with the new limit. When the lowest limit has risen, Pitwall takes the change as made, and compares the seconds of major collections for each second of other work (\`${runtime.gcDuration.name}\`, \`${eventLoop.time.name}\`) with those before.
`

interface Situation {
  readonly majorSeconds?: number
  readonly staying?: number
  readonly containerLimit?: number
  readonly leaking?: number
}

/** A process whose event loop is active half of the time, with a heap of 400 MiB. */
function pressed({ majorSeconds = 0.15, staying = 300, containerLimit = 2_000, leaking }: Situation, name = 'one'): WrittenSeries[] {
  return [
    ...writtenMean(runtime.gcDuration, { 'v8js.gc.type': 'major' }, 1, majorSeconds),
    written(eventLoop.time, { 'nodejs.eventloop.state': 'active' }, 0.5),
    writtenLevel(heap.limit, {}, 400 * MEBIBYTE),
    writtenLevel(heap.afterGc, {}, staying * MEBIBYTE),
    writtenLevel(system.containerMemoryLimit, {}, containerLimit * MEBIBYTE),
    writtenLevel(system.containerWorkingSet, {}, 450 * MEBIBYTE),
    ...(leaking === undefined ? [] : [writtenLevel(leak.growth, {}, leaking)]),
  ].map((series) => ({ ...series, labels: { ...series.labels, service_instance_id: name } }))
}

export default {
  title: 'Give a heap more room',
  effort: 'minutes',
  subjectKind: 'service',
  questions: [...collectionQuestions, processQuestions.levels],
  costQuestions: collectionQuestions,
  evaluate: judgeEach(processQuestions.gcSeconds, judge),
  appliedAt,
  hasControls: false,
  cost: (evidence, subject) => collectionCost(evidence, subject, major),
  runbook,
  cases: [
    { title: 'a heap of 400 MiB of which 300 stay, collected for a third of the time', says: 'finding', series: pressed({}) },
    { title: 'major collections as every process has them', says: 'notAdvised', series: pressed({ majorSeconds: 0.005 }) },
    { title: 'a heap with room', says: 'notAdvised', series: pressed({ staying: 80 }) },
    { title: 'a container without room', says: 'notAdvised', series: pressed({ containerLimit: 550 }) },
    { title: 'a leak', says: 'notAdvised', series: pressed({ leaking: 50 * MEBIBYTE }) },
    {
      title: 'one of three processes',
      says: 'notAdvised',
      series: [
        ...pressed({}),
        ...pressed({ majorSeconds: 0.002, staying: 80 }, 'two'),
        ...pressed({ majorSeconds: 0.002, staying: 80 }, 'three'),
      ],
    },
    { title: 'nothing known of the heap', says: 'notEnoughData', series: pressed({}).slice(0, 3) },
  ],
} satisfies Rule
