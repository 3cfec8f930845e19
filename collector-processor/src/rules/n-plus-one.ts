import { secondsOfRepeated, SHORT_SECONDS } from '../prediction/batchable.ts'
import { judgePattern, perRun } from '../prediction/call-pattern.ts'
import { costInRuns, patternGoneSince, runCostQuestions, runQuestions } from '../prediction/run-pattern.ts'
import type { Evidence } from '../prometheus/evidence.ts'
import { questions } from '../prometheus/questions.ts'
import type { Subject } from '../prometheus/subject.ts'
import { type RunFigures, writtenRuns } from '../prometheus/written-runs.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatSaving, formatSeconds, identifier } from '../text/numbers.ts'
import { type Answer, judgeEach, type Rule } from './rule.ts'

/** One call for many takes longer than the longest of them. Assumed: a tenth of the others' time stays, at most a quarter. */
const KEPT = { lower: 0.75, likely: 0.9, upper: 1 }

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const judged = judgePattern(evidence, subject, settings, { pattern: 'repeated', scenario: 'batched', kept: KEPT })
  if (judged?.kind !== 'found') return judged
  const seconds = secondsOfRepeated(evidence, subject) ?? 0
  if (seconds >= SHORT_SECONDS) {
    return {
      kind: 'notAdvised',
      subject,
      reason: `its calls take long (${formatSeconds(seconds)}), of which the way there and back is little`,
    }
  }
  const { saving, calls, groups } = judged
  const [name, each] = [identifier(subject.name), formatNumber(Number((calls / groups).toPrecision(2)))]
  return {
    kind: 'finding',
    subject,
    title: `Ask ${subject.name} for all at once`,
    advice: `${subject.name} is called many times under one parent. Ask for all of them in one call; where there is none for that, start them together with a limit.`,
    saving,
    evidence: [
      `${each} calls under one parent, each of which lengthens the run by ${formatSeconds(seconds)}.`,
      perRun(evidence, subject, judged),
      `Predicted, with one call that takes as long as the longest and a tenth of the others: ${formatSaving(saving)}.`,
    ],
    example: [
      `import DataLoader from 'dataloader'`,
      ``,
      `// ${subject.name}: ${each} calls under one parent become one; ${name}All(keys) answers in the order of the keys`,
      `const ${name}Loader = new DataLoader((keys) => ${name}All(keys))`,
      `const results = await ${name}Loader.loadMany(keys)`,
      ``,
    ].join('\n'),
    change: { batch: 1 },
  }
}

const runbook = `# Ask for all at once instead of one by one

## What it means
Below one parent the same function, statement or request is called five times or more: one call for the list, and then one for each of its items (n plus one). Most of the time of each is the way there and back.

## How the saving is computed
The SDK replays recorded runs by their spans with only the longest call of each such group. Calls that ran at the same time save little, because they were not waited for one by one. Spans for connecting are left out.

    saving = sum over runs of (end as recorded − end as replayed), in each second, less a tenth

Assumed: a call for all takes as long as the longest and a tenth of each other (the lower bound has a quarter, the upper nothing). The interval comes from the differences between the blocks of the window and between earlier windows. Load that is taken from the other side comes on top.

## When it does not apply
- Calls of 30 ms and more: their work is not the way there and back; see [sequential-awaits](sequential-awaits).
- Calls at the same time, or beside work that takes as long: a run gains nothing.
- Fewer than five calls under one parent, calls with long pauses or other work between them (the steps of an agent), and repeated attempts after errors.

## How to verify it
Ask once for all. When runs would gain less than half as much, Pitwall takes the change as made, and compares the time by which the function's calls lengthen a run with that before. A call for all that has another name is not counted on the side after the change.
`

const many: RunFigures = {
  name: 'loadUser',
  runs: 2,
  calls: { all: 20, repeated: 20, sequential: 20 },
  groups: { repeated: 1, sequential: 1 },
  saved: {},
}

export default {
  title: 'Ask for all at once instead of one by one',
  effort: 'hours',
  subjectKind: 'function',
  questions: runQuestions,
  costQuestions: runCostQuestions,
  evaluate: judgeEach(questions.runGroups, judge),
  appliedAt: (evidence, proposal) => patternGoneSince(evidence, proposal, 'batched'),
  hasControls: true,
  cost: costInRuns,
  runbook,
  cases: [
    {
      title: 'twenty calls of 5 ms one after the other',
      says: 'finding',
      series: writtenRuns({ ...many, saved: { batched: 0.095, concurrent: 0.075, hits_100: 0.1 } }),
    },
    {
      title: 'twenty calls of 5 ms at the same time',
      says: 'notAdvised',
      series: writtenRuns({ ...many, calls: { all: 20, repeated: 20 }, groups: { repeated: 1 }, saved: { batched: 0, hits_100: 0.005 } }),
    },
    {
      title: 'six calls of 400 ms one after the other',
      says: 'notAdvised',
      series: writtenRuns({
        ...many,
        calls: { all: 6, repeated: 6, sequential: 6 },
        saved: { batched: 2, concurrent: 1.6, hits_100: 2.4 },
      }),
    },
    { title: 'few runs', says: 'notEnoughData', series: writtenRuns({ ...many, runs: 0.05, saved: { batched: 1, hits_100: 1.2 } }) },
    { title: 'three calls under each parent', says: 'nothing', series: writtenRuns({ ...many, groups: {}, saved: { hits_100: 0.1 } }) },
  ],
} satisfies Rule
