import { judgePattern, perRun } from '../prediction/call-pattern.ts'
import { costInRuns, patternGoneSince, runCostQuestions, runQuestions } from '../prediction/run-pattern.ts'
import { isBatchable } from '../prediction/batchable.ts'
import type { Evidence } from '../prometheus/evidence.ts'
import { questions } from '../prometheus/questions.ts'
import type { Subject } from '../prometheus/subject.ts'
import { type RunFigures, writtenRuns } from '../prometheus/written-runs.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatSaving, identifier } from '../text/numbers.ts'
import { type Answer, judgeEach, type Rule } from './rule.ts'

/** Four calls at a time may each take longer than one alone. Assumed: that eats at most a quarter of the gain. */
const KEPT = { lower: 0.75, likely: 1, upper: 1 }

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const judged = judgePattern(evidence, subject, settings, { pattern: 'sequential', scenario: 'concurrent', kept: KEPT })
  if (judged?.kind !== 'found') return judged
  if (isBatchable(evidence, subject)) {
    return { kind: 'notAdvised', subject, reason: 'asking for all at once (n-plus-one) gains more than starting its short calls together' }
  }
  const { saving, calls, groups } = judged
  const [name, each] = [identifier(subject.name), formatNumber(Number((calls / groups).toPrecision(2)))]
  return {
    kind: 'finding',
    subject,
    title: `Start the calls of ${subject.name} together`,
    advice: `${subject.name} is awaited call by call. Where no call needs the result of the one before, start them together, four at a time.`,
    saving,
    evidence: [
      `${each} calls follow each other directly, none of which writes, fails, or is a step of a conversation with a model.`,
      perRun(evidence, subject, judged),
      'Whether one needs the result of another cannot be seen from outside: look before you change it.',
      `Predicted, with four at a time: ${formatSaving(saving)}.`,
    ],
    example: [
      `import pLimit from 'p-limit'`,
      ``,
      `// ${subject.name}: ${each} calls one after the other`,
      `const atMostFour = pLimit(4)`,
      `const results = await Promise.all(items.map((item) => atMostFour(() => ${name}(item))))`,
      ``,
    ].join('\n'),
    change: { concurrency: 4 },
  }
}

const runbook = `# Start calls together that do not need each other

## What it means
A loop awaits one call of a function after the other. While each waits for an answer from somewhere else, nothing happens here: the run takes the sum of the calls, where it could take the longest of them.

## How the saving is computed
The SDK replays recorded runs by their spans, with these calls started four at a time. What the parent does between two of them it still does; what is not on the critical path gains nothing.

    saving = sum over runs of (end as recorded − end as replayed), in each second

Assumed: four calls at a time slow each other down so that at most a quarter of the gain is lost, which is the lower bound. The interval comes from the differences between the blocks of the window and between earlier windows. It is time of runs, not of a processor.

## When it does not apply
- A call needs the result of the one before: pages with a cursor, for example. This cannot be seen from outside.
- A pause of more than a tenth of a call lies between them, or other work: a limit of the rate, or what the next call is made of.
- The calls write, by name or attributes, or are steps of a conversation with a model.
- Calls of different functions after each other: nothing tells a pipeline from calls that do not need each other.
- Many short calls: see [n-plus-one](n-plus-one).

## How to verify it
Start the calls with a limit. When runs would gain less than half as much by it, Pitwall takes the change as made, and compares the time by which the function's calls lengthen a run with that before.
`

const loop: RunFigures = { name: 'summarize', runs: 1, calls: { all: 4, sequential: 4 }, groups: { sequential: 1 }, saved: {} }

export default {
  title: 'Start calls together that do not need each other',
  effort: 'hours',
  subjectKind: 'function',
  questions: runQuestions,
  costQuestions: runCostQuestions,
  evaluate: judgeEach(questions.runGroups, judge),
  appliedAt: (evidence, proposal) => patternGoneSince(evidence, proposal, 'concurrent'),
  hasControls: true,
  cost: costInRuns,
  runbook,
  cases: [
    {
      title: 'four calls of 300 ms one after the other in each run',
      says: 'finding',
      series: writtenRuns({ ...loop, saved: { concurrent: 0.9, hits_100: 1.2 } }),
    },
    {
      title: 'the same beside work that takes as long',
      says: 'notAdvised',
      series: writtenRuns({ ...loop, saved: { concurrent: 0, hits_100: 0 } }),
    },
    {
      title: 'twenty calls of 5 ms',
      says: 'notAdvised',
      series: writtenRuns({
        ...loop,
        calls: { all: 20, sequential: 20, repeated: 20 },
        groups: { sequential: 1, repeated: 1 },
        saved: { concurrent: 0.075, batched: 0.095 },
      }),
    },
    { title: 'few runs', says: 'notEnoughData', series: writtenRuns({ ...loop, runs: 0.05, saved: { concurrent: 0.9, hits_100: 1.2 } }) },
    {
      title: 'calls with other work between them',
      says: 'nothing',
      series: writtenRuns({ ...loop, groups: {}, saved: { hits_100: 1.2 } }),
    },
  ],
} satisfies Rule
