import { reuse } from '@pitwall/sdk/contract'
import { judgePattern, perRun } from '../prediction/call-pattern.ts'
import { comparedResults } from '../prediction/compared-results.ts'
import { costInRuns, patternGoneSince, runCostQuestions, runQuestions } from '../prediction/run-pattern.ts'
import { writingName } from '../prediction/effects.ts'
import { judgeResults } from '../prediction/safety.ts'
import type { Evidence } from '../prometheus/evidence.ts'
import { questions } from '../prometheus/questions.ts'
import type { Subject } from '../prometheus/subject.ts'
import { type RunFigures, writtenRuns } from '../prometheus/written-runs.ts'
import { written, type WrittenSeries } from '../prometheus/written-series.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatSaving, identifier } from '../text/numbers.ts'
import { type Answer, judgeEach, type Rule } from './rule.ts'

/** What is replayed is what the change does: each call after the first takes no time. */
const KEPT = { lower: 1, likely: 1, upper: 1 }

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const judged = judgePattern(evidence, subject, settings, { pattern: 'identical', scenario: 'once', kept: KEPT })
  if (judged?.kind !== 'found') return judged
  const word = writingName(subject.name, settings)
  if (word !== undefined) return { kind: 'notAdvised', subject, reason: `its name says that it writes ("${word}"), so each call counts` }
  const results = judgeResults(comparedResults(evidence, subject), settings.allowedStaleness)
  if (results.kind === 'unsafe') return { kind: 'notAdvised', subject, reason: `it is asked for what changes: ${results.reason}` }
  const { saving, calls, groups } = judged
  const [name, each] = [identifier(subject.name), formatNumber(Number((calls / groups).toPrecision(2)))]
  return {
    kind: 'finding',
    subject,
    title: `Keep runs from calling ${subject.name} with the same arguments again`,
    advice: `Answer calls of ${subject.name} with arguments that the run has used before from what it got then, and tell the model that it has asked already.`,
    saving,
    evidence: [
      `${each} calls with equal arguments within one run, and nothing was written between them.`,
      perRun(evidence, subject, judged),
      results.kind === 'safe' ? `${results.evidence}.` : `Whether their results are equal is not sure: ${results.reason}.`,
      `Predicted: ${formatSaving(saving)}. Tokens for reading the same result again come on top.`,
    ],
    example: [
      `// one for each run; ${subject.name} was called ${each} times with the same arguments`,
      `function ${name}Once() {`,
      `  const answers = new Map()`,
      `  return (...args) => {`,
      `    const key = JSON.stringify(args)`,
      `    if (!answers.has(key)) answers.set(key, ${name}(...args))`,
      `    return answers.get(key)`,
      `  }`,
      `}`,
      ``,
    ].join('\n'),
    change: { once: 1 },
  }
}

const runbook = `# Keep a run from asking the same again

## What it means
Within one run the same tool is called three times or more with equal arguments. Mostly a model goes round in circles: it forgot that it has asked, or hopes for another answer.

## How the saving is computed
The SDK compares hashes of arguments within a run; they never leave the process. Calls count that succeeded, as long as nothing between them writes, by the names of spans, the method of a request, or the kind of a statement. It replays recorded runs with each call after the first taking no time.

    saving = sum over runs of (end as recorded − end as replayed), in each second

The interval comes from the differences between the blocks of the window and between earlier windows. Only functions whose arguments are followed are seen: the costliest of a process.

## When it does not apply
- Results differ: a tool that is asked until something has changed.
- The tool writes, or something is written between the calls.
- Twice is no circle.

## How to verify it
Answer from what the run got before. When runs would gain less than half as much, Pitwall takes the change as made, and compares the time by which the function's calls lengthen a run with that before.
`

const circle: RunFigures = {
  name: 'searchFlights',
  runs: 1,
  calls: { all: 5, identical: 3 },
  groups: { identical: 1 },
  saved: { once: 0.4, hits_100: 1 },
}
const compared = (same: number, different: number): WrittenSeries[] =>
  (['true', 'false'] as const).map((isSame) =>
    written(
      reuse.checks,
      { 'pitwall.subject': circle.name, 'pitwall.subject.kind': 'function', 'pitwall.reuse.same': isSame },
      isSame === 'true' ? same : different,
    ),
  )

export default {
  title: 'Keep a run from asking the same again',
  effort: 'hours',
  subjectKind: 'function',
  questions: [...runQuestions, questions.reuseChecks],
  costQuestions: runCostQuestions,
  evaluate: judgeEach(questions.runGroups, judge),
  appliedAt: (evidence, proposal) => patternGoneSince(evidence, proposal, 'once'),
  hasControls: true,
  cost: costInRuns,
  runbook,
  cases: [
    { title: 'three equal calls in each run', says: 'finding', series: [...writtenRuns(circle), ...compared(2, 0)] },
    { title: 'a tool that is asked until something has changed', says: 'notAdvised', series: [...writtenRuns(circle), ...compared(1, 1)] },
    {
      title: 'a tool that writes',
      says: 'notAdvised',
      series: writtenRuns({ ...circle, name: 'sendReminder' }),
    },
    { title: 'few runs', says: 'notEnoughData', series: writtenRuns({ ...circle, runs: 0.05 }) },
    { title: 'calls that differ', says: 'nothing', series: writtenRuns({ ...circle, groups: {} }) },
  ],
} satisfies Rule
