import { system } from '@pitwall/sdk/contract'
import { estimate, MIN_BLOCKS } from '../prediction/estimate.ts'
import { concerned } from '../prediction/processes.ts'
import { startsOf } from '../prediction/starts.ts'
import { blockStart, type Evidence, indexAt } from '../prometheus/evidence.ts'
import { processQuestions } from '../prometheus/process-questions.ts'
import { sumOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { writtenLevel, type WrittenSeries } from '../prometheus/written-series.ts'
import { formatNumber, formatSaving, formatSeconds } from '../text/numbers.ts'
import { type Answer, type Cost, judgeEach, type Proposal, type Rule } from './rule.ts'

/** What Node.js takes to start with nothing to load, in seconds: nobody can save that. */
const BARE = 0.05

/**
 * Share of the rest that is saved: by a compile cache alone at least and in the middle, as measured on seven packages (docs/decisions.md),
 * and all of it where everything is imported only when it is needed.
 */
const SAVED = { lower: 0.12, likely: 0.25, upper: 1 }

/** Starts in fewer blocks of the window than this share are a deploy. */
const MOST = 0.5

/** Starts that became shorter by this share are other starts. */
const SHORTER = 0.07

function judge(subject: Subject, evidence: Evidence): Answer | undefined {
  const { span } = evidence
  const starts = startsOf(evidence, subject)
  if (starts === undefined) return undefined
  const counts = starts.count.slice(-span.windowBlocks)
  const [count, seconds] = [sumOf(counts), sumOf(starts.seconds.slice(-span.windowBlocks))]
  if (count === 0) return { kind: 'notAdvised', subject, reason: 'none of its processes started in the window' }
  const mean = seconds / count
  const starting = concerned(starts.inWindow, (times) => times > 0)
  if (!starting.isService) {
    return { kind: 'notAdvised', subject, reason: `only ${starting.text} started in the window: look at why that one does, if it goes on` }
  }
  if (counts.filter((value) => (value ?? 0) > 0).length < MOST * span.windowBlocks) {
    return {
      kind: 'notAdvised',
      subject,
      reason: `its processes start seldom, as for a deploy: ${formatNumber(count)} times in the window`,
    }
  }
  if (count < MIN_BLOCKS)
    return { kind: 'notEnoughData', subject, needs: `${formatNumber(count)} starts in the window, needs ${MIN_BLOCKS}` }
  const perSecond = estimate({
    amounts: starts.seconds.map((value, index) => Math.max(0, (value ?? 0) - BARE * (starts.count[index] ?? 0))),
    requests: starts.seconds.map(() => span.blockSeconds),
    windowBlocks: span.windowBlocks,
    floor: 0,
  })
  if (perSecond === undefined) return { kind: 'notEnoughData', subject, needs: 'measurements in at least three blocks of the window' }
  const saving = {
    unit: 's/s',
    lower: Math.max(0, perSecond.lower) * SAVED.lower,
    likely: perSecond.likely * SAVED.likely,
    upper: perSecond.upper * SAVED.upper,
  } as const
  return {
    kind: 'finding',
    subject,
    title: `Let ${subject.name} start faster`,
    advice: `Set NODE_COMPILE_CACHE for ${subject.name}, and import what its first calls do not need only where it is used.`,
    saving,
    evidence: [
      `Its processes started ${formatNumber(count)} times in the window, and took ${formatSeconds(mean)} each until they were loaded.`,
      `That is ${formatNumber(perSecond.likely)} s/s beside the ${formatSeconds(BARE)} that Node.js takes itself.`,
      `Predicted: ${formatSaving(saving)}.`,
    ],
    example: [
      `# ${subject.name}: a folder that outlives the process, for compiled code (Node.js 22.1 or later)`,
      `export NODE_COMPILE_CACHE=/var/cache/${subject.name.replaceAll('/', '-')}`,
      ``,
      `# and in the source, instead of an import at the top:`,
      `# const { PDFDocument } = await import('pdf-lib')`,
      ``,
    ].join('\n'),
    change: { compileCache: 'on' },
  }
}

/** The change is seen when starts are shorter than before, in each three blocks in a row that have any. */
function appliedAt(evidence: Evidence, { subject, createdAt }: Proposal): number | undefined {
  const { span } = evidence
  const starts = startsOf(evidence, subject)
  if (starts === undefined) return undefined
  const from = indexAt(span, createdAt)
  const mean = (indices: readonly number[]): number =>
    indices.reduce((sum, index) => sum + (starts.seconds[index] ?? 0), 0) /
    indices.reduce((sum, index) => sum + (starts.count[index] ?? 0), 0)
  const present = starts.count.flatMap((count, index) => ((count ?? 0) > 0 ? [index] : []))
  const before = mean(present.filter((index) => index <= from && index > from - span.windowBlocks))
  const later = present.filter((index) => index > from)
  const isShorter = (at: number, blocks: number): boolean => mean(later.slice(at, at + blocks)) <= (1 - SHORTER) * before
  let first = later.length - MIN_BLOCKS + 1
  while (first > 0 && isShorter(first - 1, MIN_BLOCKS)) first--
  // The first of these may be one of before, in the mean with the next ones.
  while (first < later.length && !isShorter(first, 1)) first++
  const index = later[first]
  return index === undefined || first > later.length - MIN_BLOCKS ? undefined : Math.max(createdAt, blockStart(span, index))
}

function cost(evidence: Evidence, subject: Subject): Cost {
  const starts = startsOf(evidence, subject)
  return { spent: starts?.seconds ?? [], requests: starts?.count ?? [], per: 'start' }
}

const runbook = `# Let a service start faster

## What it means
Processes of the service start again and again, as where each task has a process of its own, and load their modules for longer than their work can wait.

## How the saving is computed
\`${system.startDuration.name}\` is the time until the entry module was loaded, with all that it imports; \`${system.uptime.name}\` tells which processes are new.

    saving = starts a second × (mean time to start − 0.05 s) × 0.25

0.05 s is what Node.js takes with nothing to load. A compile cache saved 12 to 41 % of the CPU time that seven packages took to load, 25 % in the middle; the lower bound has the 12 %. The upper bound is as if everything were imported only when it is needed, which only you can judge.

## When it does not apply
- Processes start for deploys, or one of them crashes: the time to start is then not what costs.
- A module that awaits its whole work at its top level is loaded when that is done: processes that end as soon as they are loaded do not count.
- The SDK was not loaded by \`--import\`, and so did not see the start.

## How to verify it
Set \`NODE_COMPILE_CACHE\` to a folder that is still there at the next start, or turn imports into \`await import()\`. When starts are 7 % shorter for three blocks, Pitwall takes the change as made, and compares the seconds of a start with those before.
`

/** Processes of these ages that took so many seconds to start. */
function starting(seconds: number, ages: readonly number[]): WrittenSeries[] {
  return ages.flatMap((age, index) =>
    [writtenLevel(system.startDuration, {}, seconds), writtenLevel(system.uptime, {}, age)].map((series) => ({
      ...series,
      labels: { ...series.labels, service_instance_id: `process-${index}` },
    })),
  )
}

/** Processes that are as old in every block, as their age is written: they start anew in each. */
const again = (count: number): number[] => Array.from({ length: count }, () => 30)

export default {
  title: 'Let a service start faster',
  effort: 'minutes',
  subjectKind: 'service',
  questions: [processQuestions.levels],
  costQuestions: [processQuestions.levels],
  evaluate: judgeEach(processQuestions.levels, judge),
  appliedAt,
  hasControls: false,
  cost,
  runbook,
  cases: [
    { title: 'twenty processes that start anew in each block, for 3 s', says: 'finding', series: starting(3, again(20)) },
    { title: 'processes that have run for long', says: 'notAdvised', series: starting(3, [90_000, 100_000]) },
    { title: 'one of four crashes', says: 'notAdvised', series: starting(3, [...again(1), 90_000, 90_000, 90_000]) },
    { title: 'processes that start quickly', says: 'notAdvised', series: starting(0.1, again(20)) },
    { title: 'a script that did all its work while it was loaded', says: 'notAdvised', series: starting(29, again(20)) },
    { title: 'a start that nobody saw', says: 'nothing', series: starting(3, again(2)).filter((_, index) => index % 2 === 1) },
  ],
} satisfies Rule
