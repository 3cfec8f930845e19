import { judgePattern, perRun } from '../prediction/call-pattern.ts'
import { costInRuns, patternGoneSince, patternInWindow, runCostQuestions, runQuestions } from '../prediction/run-pattern.ts'
import type { Evidence } from '../prometheus/evidence.ts'
import { questions } from '../prometheus/questions.ts'
import type { Subject } from '../prometheus/subject.ts'
import { type RunFigures, writtenRuns } from '../prometheus/written-runs.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatSaving, formatShare, identifier } from '../text/numbers.ts'
import { type Answer, judgeEach, type Rule } from './rule.ts'

/** Fewer retries than this, as a share of all calls, are what retries are for. */
const MIN_SHARE = 0.2
/** Retries that lead to success more often than this are worth their time. */
const MAX_RECOVERED = 0.5
/** Retries that a budget lets through, as a share of first calls (Google, Site Reliability Engineering, chapter 21). */
const BUDGET = 0.1

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const [all, retry, recovered] = (['all', 'retry', 'recovered'] as const).map((pattern) => patternInWindow(evidence, subject, pattern))
  if (all === undefined || retry === undefined || recovered === undefined || retry.groups < 1) return undefined
  const [share, success] = [retry.calls / all.calls, recovered.groups / retry.groups]
  // An open recommendation is kept a little longer than a new one needs, so that it does not come and go.
  if (share < 0.75 * MIN_SHARE) return { kind: 'notAdvised', subject, reason: `only ${formatShare(share)} of its calls are retries` }
  if (success > MAX_RECOVERED) return { kind: 'notAdvised', subject, reason: `${formatShare(success)} of its retries end in success` }
  const cut = Math.max(0, 1 - (BUDGET * (all.calls - retry.calls)) / retry.calls)
  const judged = judgePattern(evidence, subject, settings, {
    pattern: 'retry',
    scenario: 'without_failed_retries',
    kept: { lower: cut * cut, likely: cut, upper: 1 },
  })
  if (judged?.kind !== 'found') return judged
  const { saving } = judged
  const name = identifier(subject.name)
  return {
    kind: 'finding',
    subject,
    title: `Stop retrying ${subject.name} when it fails for everybody`,
    advice: `Give the retries of ${subject.name} a budget of a tenth of its calls, pauses that double with chance in them, and a circuit breaker.`,
    saving,
    evidence: [
      `${formatNumber(Math.round(retry.calls))} of ${formatNumber(Math.round(all.calls))} calls, ${formatShare(share)}, are retries after an error; ${formatShare(success)} of them end in success.`,
      perRun(evidence, subject, judged),
      'What each costs on the other side comes on top.',
      `Predicted, with retries for one call in ten: ${formatSaving(saving)}.`,
    ],
    example: [
      `import { setTimeout as pause } from 'node:timers/promises'`,
      ``,
      `// ${subject.name}: ${formatShare(share)} of the calls are retries. At most one call in ten may be one, by a budget that all runs share`,
      `let budget = 10`,
      `async function ${name}WithRetry(...args) {`,
      `  for (let attempt = 0; ; attempt++) {`,
      `    try {`,
      `      const result = await ${name}(...args)`,
      `      budget = Math.min(10, budget + 0.1)`,
      `      return result`,
      `    } catch (error) {`,
      `      if (attempt === 2 || budget < 1) throw error // the breaker: nobody retries while most calls fail`,
      `      budget--`,
      `      await pause(Math.random() * 100 * 2 ** attempt)`,
      `    }`,
      `  }`,
      `}`,
      ``,
    ].join('\n'),
    change: { retryBudget: BUDGET },
  }
}

const runbook = `# Stop retrying what fails for everybody

## What it means
A call fails, is made again, and fails again. Each attempt makes the run longer and adds load to what is in trouble already, so that it takes longer to recover.

## How the saving is computed
A retry is a call of the same function under the same parent that begins after one that failed has ended; where arguments are followed, with the same arguments. The SDK replays recorded runs without the retries that failed, and without the pauses before them.

    saving = sum over runs of (end as recorded − end without failed retries), in each second × share of retries beyond the budget

The budget lets through one retry for ten first calls (Google, Site Reliability Engineering, chapter 21). The interval comes from the differences between the blocks of the window and between earlier windows, and from which retries the budget lets through. What they cost on the other side, and tokens, come on top.

## When it does not apply
- Fewer than 20 % of the calls are retries: that is what retries are for.
- More than half of the retries end in success.
- A loop that goes on to the next item after an error is no retry; it is told apart where arguments are followed.

## How to verify it
Give retries a budget, pauses and a breaker. When runs would gain less than half as much by it, Pitwall takes the change as made, and compares the time by which the function's calls lengthen a run with that before. If the other side recovers meanwhile, that is credited to the change.
`

const storm: RunFigures = {
  name: 'chargeCard',
  runs: 2,
  calls: { all: 2, retry: 1, recovered: 0.2 },
  groups: { retry: 0.5, recovered: 0.1 },
  saved: { without_failed_retries: 0.3, hits_100: 0.6 },
}

export default {
  title: 'Stop retrying what fails for everybody',
  effort: 'hours',
  subjectKind: 'function',
  questions: runQuestions,
  costQuestions: runCostQuestions,
  evaluate: judgeEach(questions.runGroups, judge),
  appliedAt: (evidence, proposal) => patternGoneSince(evidence, proposal, 'without_failed_retries'),
  hasControls: true,
  cost: costInRuns,
  runbook,
  cases: [
    { title: 'half of the calls are retries, and most fail again', says: 'finding', series: writtenRuns(storm) },
    {
      title: 'retries that end in success',
      says: 'notAdvised',
      series: writtenRuns({ ...storm, groups: { retry: 0.5, recovered: 0.45 } }),
    },
    {
      title: 'one call in fifty is a retry',
      says: 'notAdvised',
      series: writtenRuns({ ...storm, calls: { all: 2, retry: 0.04 }, groups: { retry: 0.04 }, saved: { without_failed_retries: 0.02 } }),
    },
    { title: 'few runs', says: 'notEnoughData', series: writtenRuns({ ...storm, runs: 0.05 }) },
    { title: 'no retries', says: 'nothing', series: writtenRuns({ ...storm, groups: {} }) },
  ],
} satisfies Rule
