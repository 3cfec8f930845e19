import { calls, runtime } from '@pitwall/sdk/contract'
import { estimate } from '../prediction/estimate.ts'
import { lastingSince } from '../prediction/lasting-change.ts'
import { growthInWindow } from '../prediction/window.ts'
import { type Evidence, indexAt } from '../prometheus/evidence.ts'
import { questions } from '../prometheus/questions.ts'
import { addBlocks, type Blocks } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenMean } from '../prometheus/written-series.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatSaving, formatSeconds, formatShare, identifier } from '../text/numbers.ts'
import { type Answer, type Cost, judgeEach, type Proposal, type Rule } from './rule.ts'

/** Blocked time is not known more exactly than this, in seconds a second: the watchdog sees only what passes its threshold. */
const FLOOR = 0.005

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const { span } = evidence
  const blocked = blockedSeconds(evidence, subject)
  // It did so once, before the window.
  if (growthInWindow(blocked, span).total === 0) return undefined
  const seconds = blocked.map((value) => (value === undefined ? undefined : span.blockSeconds))
  const perSecond = estimate({ amounts: blocked, requests: seconds, windowBlocks: span.windowBlocks, floor: FLOOR })
  if (perSecond === undefined) return { kind: 'notEnoughData', subject, needs: 'measurements in at least three blocks of the window' }
  const [held, called] = [growthInWindow(blocked, span), growthInWindow(evidence.of(questions.functionCalls).total(subject), span)]
  // An open recommendation is kept down to half of what a new one needs.
  if (held.perSecond < settings.minSaving / 2) {
    return { kind: 'notAdvised', subject, reason: `it holds the event loop for only ${formatSeconds(held.perSecond)} of each second` }
  }
  const saving = { unit: 's/s', ...perSecond } as const
  const name = identifier(subject.name)
  const perCall =
    called.total > 0
      ? `${formatSeconds(held.total / called.total)} a call in ${formatNumber(Math.round(called.total))} calls`
      : 'calls are not counted'
  return {
    kind: 'finding',
    subject,
    title: `Take ${subject.name} off the event loop`,
    advice: `Run ${subject.name} in a worker thread, or cut it into pieces that let other work through.`,
    saving,
    evidence: [
      `It held the event loop for ${formatSeconds(held.total)} in the window, ${formatShare(held.perSecond)} of one processor: ${perCall}.`,
      `Meanwhile every other call in the same process waited.`,
      `Predicted: ${formatSaving(saving)}.`,
    ],
    example: [
      `import { Worker } from 'node:worker_threads'`,
      ``,
      `// ${name}-worker.js answers each message with ${name}(...message)`,
      `const worker = new Worker(new URL('./${name}-worker.js', import.meta.url))`,
      ``,
      `// or, where the work is a loop: let others run every few milliseconds`,
      `import { setImmediate as othersRun } from 'node:timers/promises'`,
      `for (const [index, item] of items.entries()) {`,
      `  handle(item)`,
      `  if (index % 100 === 99) await othersRun()`,
      `}`,
      ``,
    ].join('\n'),
    change: {},
  }
}

/** Blocked seconds in each block; none where the function was called without blocking. */
function blockedSeconds(evidence: Evidence, subject: Subject): Blocks {
  const called = evidence.of(questions.functionCalls).total(subject)
  const nothing = called.map((count) => (count === undefined ? undefined : 0))
  return addBlocks(nothing, evidence.of(questions.blockedSeconds).total(subject))
}

/** The change is seen when the function is still called, and has blocked less than half as much for three blocks. */
function appliedAt(evidence: Evidence, { subject, createdAt, saving }: Proposal): number | undefined {
  const { span } = evidence
  const called = evidence.of(questions.functionCalls).total(subject)
  const blocked = blockedSeconds(evidence, subject)
  const usual = growthInWindow(called.slice(0, indexAt(span, createdAt) + 1), span).perSecond
  const isBetter = (index: number): boolean => {
    const isBusy = (called[index] ?? 0) > (usual * span.blockSeconds) / 2
    return isBusy && (blocked[index] ?? 0) < (saving.likely * span.blockSeconds) / 2
  }
  return lastingSince(span, createdAt, isBetter)
}

function cost(evidence: Evidence, subject: Subject): Cost {
  return { spent: blockedSeconds(evidence, subject), requests: evidence.of(questions.functionCalls).total(subject) }
}

const runbook = `# Take work off the event loop

## What it means
A function computes for so long without a pause that the event loop of its process stands still. Every other call of the agent waits meanwhile, and so do timers, health checks and shutdown.

## How the saving is computed
The SDK measures the time that the event loop stood still for longer than a threshold, tells code from garbage collection and from a host that took the processor away, and names the function that ran (\`${runtime.blockedTime.name}\`, cause \`code\`).

    saving = seconds blocked by the function in each second

The interval comes from the differences between the blocks of the window and between earlier windows. What other calls gain by not waiting is not counted: it comes on top.

## When it does not apply
- Blocked by garbage collection or by the host: another cause, another change.
- A command that does one thing and ends: nobody waits for its event loop.
- Work that takes less than some milliseconds: handing it to a worker costs 0.3 to 1 ms.

## How to verify it
Move the work into a worker thread, or let the loop run between pieces. When the function is still called but blocks less than half as much, Pitwall takes the change as made, and compares the blocked seconds per call with those before.
`

const rank = { 'code.function.name': 'rank' } as const

export default {
  title: 'Take work off the event loop',
  effort: 'hours',
  subjectKind: 'function',
  questions: [questions.blockedSeconds, questions.functionCalls],
  costQuestions: [questions.blockedSeconds, questions.functionCalls],
  evaluate: judgeEach(questions.blockedSeconds, judge),
  appliedAt,
  hasControls: false,
  cost,
  runbook,
  cases: [
    {
      title: 'a function that computes for 80 ms, twice a second',
      says: 'finding',
      series: [written(runtime.blockedTime, { ...rank, 'pitwall.cause': 'code' }, 0.16), ...writtenMean(calls.duration, rank, 2, 0.08)],
    },
    {
      title: 'a pause now and then',
      says: 'notAdvised',
      series: [written(runtime.blockedTime, { ...rank, 'pitwall.cause': 'code' }, 0.001), ...writtenMean(calls.duration, rank, 2, 0.08)],
    },
    { title: 'garbage collection', says: 'nothing', series: [written(runtime.blockedTime, { 'pitwall.cause': 'gc' }, 0.16)] },
    {
      title: 'a host that takes the processor away',
      says: 'nothing',
      series: [written(runtime.blockedTime, { ...rank, 'pitwall.cause': 'host' }, 0.16)],
    },
    {
      title: 'code that belongs to no known function',
      says: 'nothing',
      series: [written(runtime.blockedTime, { 'pitwall.cause': 'code' }, 0.16)],
    },
  ],
} satisfies Rule
