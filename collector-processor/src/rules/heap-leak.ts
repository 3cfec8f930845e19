import { heap, leak, system } from '@pitwall/sdk/contract'
import { forecastReach } from '../prediction/forecast.ts'
import { heldBytes, leakedBytes } from '../prediction/leaked-bytes.ts'
import { concerned, latest, levelByProcess, together } from '../prediction/processes.ts'
import { blockStart, type Evidence, indexAt } from '../prometheus/evidence.ts'
import { processQuestions } from '../prometheus/process-questions.ts'
import { select } from '../prometheus/promql.ts'
import { level } from '../prometheus/question.ts'
import { aService } from '../prometheus/questions.ts'
import { labelOf, lastOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { writtenLevel, type WrittenSeries } from '../prometheus/written-series.ts'
import { formatBytes, formatSaving, formatSeconds } from '../text/numbers.ts'
import { plain } from '../text/table.ts'
import { type Answer, type Cost, judgeEach, type Proposal, type Rule } from './rule.ts'

/** A forecast farther ahead than so many days is a guess. */
const WITHIN_DAYS = 3

/** Growth by who allocated what stays, in all processes. */
export const sites = level('sum', select(leak.siteGrowth), aService, ['code.function.name', 'code.file.path', 'code.line.number'])

function judge(subject: Subject, evidence: Evidence): Answer | undefined {
  const growth = latest(levelByProcess(evidence, subject, leak.growth))
  if (growth.size === 0) return undefined
  const running = latest(levelByProcess(evidence, subject, system.uptime))
  if (running.size === 0) return { kind: 'notEnoughData', subject, needs: 'the age of its processes' }
  const leaking = concerned(running, (_, process) => growth.has(process))
  if (!leaking.isService) {
    return { kind: 'notAdvised', subject, reason: `only ${leaking.text} leaks: look at what that one does, and not at the service` }
  }
  const saving = leakedBytes(evidence, subject)
  if (saving === undefined) return { kind: 'notEnoughData', subject, needs: 'growth in at least three blocks of the window' }
  const site = largestSite(evidence, subject)
  const perHour = formatBytes([...growth.values()].reduce((sum, value) => sum + value, 0))
  const limit = timeUntilLimit(evidence, subject)
  const where = site === undefined ? '' : `, more of it from ${site.text} than from any other place`
  return {
    kind: 'finding',
    subject,
    title: `Stop the memory leak of ${subject.name}`,
    advice:
      site === undefined
        ? `Find what ${subject.name} keeps, and let go of it.`
        : `Let go of what ${site.name} allocates, or bound what keeps it.`,
    saving,
    evidence: [
      `What stays after garbage collections grows by ${perHour} an hour in ${leaking.text}${where}; caches and calls under way do not account for it.`,
      ...(limit === undefined ? [] : [limit]),
      `Predicted, as memory that is free again: ${formatSaving(saving)}.`,
    ],
    example: [
      `// ${plain(`${subject.name}: grows by ${perHour} an hour${where}`)}`,
      `import { LRUCache } from 'lru-cache'`,
      ``,
      `// instead of a Map, an array or listeners that nothing is ever taken out of`,
      `const kept = new LRUCache({ max: 10_000, ttl: 3_600_000 })`,
      ``,
    ].join('\n'),
    change: {},
  }
}

interface Site {
  readonly name: string
  /** Name and place. */
  readonly text: string
}

function largestSite(evidence: Evidence, subject: Subject): Site | undefined {
  const known = evidence
    .of(sites)
    .rows(subject)
    .map((row) => ({ row, growth: lastOf(row.blocks.slice(-evidence.span.windowBlocks)) ?? 0 }))
    .filter(({ row, growth }) => growth > 0 && labelOf(row, 'code.function.name') !== 'other')
    .toSorted((a, b) => b.growth - a.growth)[0]
  if (known === undefined) return undefined
  const [name, file, line] = (['code.function.name', 'code.file.path', 'code.line.number'] as const).map((key) => labelOf(known.row, key))
  return { name: name ?? '', text: `${name}${file === '' ? '' : ` (${file}:${line})`}` }
}

/** When the first of the processes reaches the limit of its heap, as a sentence; undefined where that cannot be told. */
function timeUntilLimit(evidence: Evidence, subject: Subject): string | undefined {
  const { span } = evidence
  const limits = latest(levelByProcess(evidence, subject, heap.limit))
  const ages = latest(levelByProcess(evidence, subject, system.uptime))
  const levels = levelByProcess(evidence, subject, heap.afterGc)
  const reached = [...limits]
    .map(([process, limit]) => {
      // What was before a restart is no part of the line.
      const blocks = Math.floor((ages.get(process) ?? 0) / span.blockSeconds)
      const values = blocks === 0 ? [] : (levels.get(process) ?? []).slice(-blocks)
      return forecastReach({ values, blockSeconds: span.blockSeconds, limit, now: span.end, withinDays: WITHIN_DAYS })
    })
    .filter((reach) => reach.kind === 'reaches')
    .toSorted((a, b) => a.likely - b.likely)[0]
  if (reached === undefined) return undefined
  const after = (time: number): string => formatSeconds(time - span.end)
  const until = reached.latest === Infinity ? 'or never' : `${after(reached.latest)} at the latest`
  return `The first process reaches the limit of its heap in ${after(reached.likely)} (${after(reached.earliest)} at the earliest, ${until}), and ends.`
}

/**
 * The change is seen when no process reports a leak for a whole window: one that was only started anew needs as long as before
 * until its leak is established.
 */
function appliedAt(evidence: Evidence, { subject, createdAt }: Proposal): number | undefined {
  const { span } = evidence
  const growth = together(levelByProcess(evidence, subject, leak.growth))
  const running = together(levelByProcess(evidence, subject, system.uptime))
  const from = indexAt(span, createdAt)
  let first = span.blocks
  while (first - 1 > from && growth[first - 1] === undefined && running[first - 1] !== undefined) first--
  // The restart was in the block before, of which a leak was still told.
  return span.blocks - first >= span.windowBlocks ? Math.max(createdAt, blockStart(span, first - 1)) : undefined
}

/** Bytes that stay in a process, by seconds of processes: so more processes are no leak. */
function cost(evidence: Evidence, subject: Subject): Cost {
  const { blockSeconds } = evidence.span
  const held = heldBytes(evidence, subject)
  const seconds = new Map(
    [...held].map(([process, blocks]) => [process, blocks.map((value) => (value === undefined ? undefined : blockSeconds))]),
  )
  const spent = together(held).map((value) => (value === undefined ? undefined : value * blockSeconds))
  return { spent, requests: together(seconds) }
}

const runbook = `# Stop a memory leak

## What it means
What stays after major garbage collections only grows, on the heap or in Buffers, and neither caches nor calls under way account for it. The process ends when it reaches its limit, with everything that was under way.

## How the saving is computed
The SDK looks at the floor of memory in windows of 15 seconds to 16 minutes, and establishes a leak by a test that had no false alarm in 24 processes without one (\`${leak.growth.name}\`).

    saving = growth × age of the process, at most what it holds, of all processes together

in bytes: memory that would be free. The lower bound is the mean of the present window, as a verification compares with that, less 15 % or what the growth varied by; the upper one that of a window and a half ahead. Restarts that are avoided come on top: what a crash costs is not known, and so it is not counted. The time until the limit is where the line through what stays meets it, with Fieller's interval.

## When it does not apply
- A heap that fills after a start, and caches that are warming up: the SDK takes what they hold out.
- Fewer than half of the processes leak.
- So slow a leak, in so young or few processes, that the memory is not worth a change.
- A process that makes no major collections is not judged.

## How to verify it
\`${leak.siteGrowth.name}\` names who allocates what stays. Bound it, or let go of it, and start the processes anew. When none of them reports a leak for a whole window, Pitwall takes the change as made, and compares what stays in a process (\`${heap.afterGc.name}\`, \`${heap.external.name}\`) with what stayed before. A leak that takes longer than a window to be established again looks stopped after any restart.
`

const MEBIBYTE = 2 ** 20

/** A process that has run for so many hours, and grows by so many MiB in each. */
function process(name: string, hours: number, perHour?: number): WrittenSeries[] {
  const series = [
    writtenLevel(system.uptime, {}, hours * 3_600),
    writtenLevel(heap.afterGc, {}, 1_000 * MEBIBYTE),
    writtenLevel(heap.limit, {}, 2_000 * MEBIBYTE),
    ...(perHour === undefined ? [] : [writtenLevel(leak.growth, {}, perHour * MEBIBYTE)]),
  ]
  return series.map((one) => ({ ...one, labels: { ...one.labels, service_instance_id: name } }))
}

const remember = { 'code.function.name': 'remember', 'code.file.path': 'src/store.js', 'code.line.number': 12 } as const

export default {
  title: 'Stop a memory leak',
  effort: 'hours',
  subjectKind: 'service',
  questions: [processQuestions.levels, sites],
  costQuestions: [processQuestions.levels],
  evaluate: judgeEach(processQuestions.levels, judge),
  appliedAt,
  hasControls: false,
  cost,
  runbook,
  cases: [
    {
      title: 'two processes that grow by 60 MiB an hour for ten hours',
      says: 'finding',
      series: [...process('one', 10, 60), ...process('two', 10, 60), writtenLevel(leak.siteGrowth, remember, 100 * MEBIBYTE)],
    },
    { title: 'nobody knows yet who allocates it', says: 'finding', series: process('one', 10, 80) },
    {
      title: 'one of four processes',
      says: 'notAdvised',
      series: [...process('one', 10, 80), ...['two', 'three', 'four'].flatMap((name) => process(name, 10))],
    },
    { title: 'memory that does not grow', says: 'nothing', series: process('one', 10) },
    { title: 'a leak that has hardly begun', says: 'notAdvised', series: process('one', 0.5, 20) },
    { title: 'processes of unknown age', says: 'notEnoughData', series: process('one', 10, 80).slice(1) },
  ],
} satisfies Rule
