import { type Evidence, indexAt } from '../prometheus/evidence.ts'
import { questions } from '../prometheus/questions.ts'
import { type Blocks, labelOf, sumOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import type { Estimate, Saving } from '../recommendation/recommendation.ts'
import { estimate } from './estimate.ts'
import { lastingSince } from './lasting-change.ts'
import { growthInWindow } from './window.ts'

/** What the SDK tells of how the calls of a function follow each other in runs (`sdk/src/runs/`). */
export type Pattern = 'all' | 'sequential' | 'repeated' | 'retry' | 'recovered' | 'identical' | 'after_slow' | 'slow_again'
export type Scenario = 'concurrent' | 'batched' | 'once' | 'without_failed_retries' | 'hits_25' | 'hits_50' | 'hits_75' | 'hits_100'

/** Everything that is read here. */
export const runQuestions = [questions.runCalls, questions.runGroups, questions.runSavedTime, questions.runs]
/** What `costInRuns` reads. */
export const runCostQuestions = [questions.runSavedTime, questions.runs]

/** The seconds that replay gives are not known more exactly than this, as a share of them. */
const FLOOR = 0.02

/** Calls that are in a pattern in the window, and how many groups of them there are. */
export function patternInWindow(
  evidence: Evidence,
  subject: Subject,
  pattern: Pattern,
): { readonly calls: number; readonly groups: number } {
  const count = (question: typeof questions.runCalls): number =>
    growthInWindow(
      evidence.of(question).total(subject, (row) => labelOf(row, 'pitwall.run.pattern') === pattern),
      evidence.span,
    ).total
  return { calls: count(questions.runCalls), groups: count(questions.runGroups) }
}

/** Runs of the subject's service, block by block. */
export function runsOf(evidence: Evidence, { service }: Subject): Blocks {
  const table = evidence.of(questions.runs)
  const whole = table.subjects().find((other) => other.service === service)
  return whole === undefined ? [] : table.total(whole)
}

/** Seconds that runs would have saved in a scenario, block by block; none where there were runs without it. */
export function savedInRuns(evidence: Evidence, subject: Subject, scenario: Scenario): Blocks {
  const saved = evidence.of(questions.runSavedTime).total(subject, (row) => labelOf(row, 'pitwall.run.scenario') === scenario)
  return runsOf(evidence, subject).map((count, index) => (count === undefined ? undefined : (saved[index] ?? 0)))
}

/**
 * Seconds that runs would end earlier in each second, with an interval for the next window. Undefined without three blocks of data.
 * @param kept what the change keeps of the replayed gain, from 0 to 1: what replay cannot know, as each rule assumes and names it
 */
export function runSaving(evidence: Evidence, subject: Subject, scenario: Scenario, kept: Estimate): Saving | undefined {
  const { blockSeconds, windowBlocks } = evidence.span
  const amounts = savedInRuns(evidence, subject, scenario)
  const seconds = amounts.map((amount) => (amount === undefined ? undefined : blockSeconds))
  const floor = FLOOR * growthInWindow(amounts, evidence.span).perSecond
  const replayed = estimate({ amounts, requests: seconds, windowBlocks, floor })
  if (replayed === undefined) return undefined
  const { lower, likely, upper } = replayed
  return { unit: 's/s', lower: lower * (lower > 0 ? kept.lower : 1), likely: likely * kept.likely, upper: upper * kept.upper }
}

/** The change is seen when runs go on, and would gain less than half as much, for three blocks. */
export function patternGoneSince(
  evidence: Evidence,
  { subject, createdAt, saving }: { readonly subject: Subject; readonly createdAt: number; readonly saving: Saving },
  scenario: Scenario,
): number | undefined {
  const { span } = evidence
  const [runs, saved] = [runsOf(evidence, subject), savedInRuns(evidence, subject, scenario)]
  const usual = growthInWindow(runs.slice(0, indexAt(span, createdAt) + 1), span).perSecond
  const isBetter = (index: number): boolean =>
    (runs[index] ?? 0) > (usual * span.blockSeconds) / 2 && (saved[index] ?? 0) < (saving.likely * span.blockSeconds) / 2
  return lastingSince(span, createdAt, isBetter)
}

/** What a function costs its runs: the seconds by which they would end earlier if its calls took none, and the runs. */
export function costInRuns(evidence: Evidence, subject: Subject): { readonly spent: Blocks; readonly requests: Blocks } {
  return { spent: savedInRuns(evidence, subject, 'hits_100'), requests: runsOf(evidence, subject) }
}

/** Runs in the window. */
export function runsInWindow(evidence: Evidence, subject: Subject): number {
  return sumOf(runsOf(evidence, subject).slice(-evidence.span.windowBlocks))
}

/** Scenarios in which a share of the calls are hits. */
const hits: readonly (readonly [share: number, scenario: Scenario])[] = [
  [0.25, 'hits_25'],
  [0.5, 'hits_50'],
  [0.75, 'hits_75'],
  [1, 'hits_100'],
]

/**
 * Mean seconds by which a run would end earlier if so many of a function's calls (0 to 1) were hits; undefined where its runs are not
 * known. Straight lines between the replayed shares: calls that run at once save little before most of them are hits.
 */
export function runGainOfHits(evidence: Evidence, subject: Subject, hitRatio: number): number | undefined {
  const runs = runsInWindow(evidence, subject)
  const saved = (scenario: Scenario): number => growthInWindow(savedInRuns(evidence, subject, scenario), evidence.span).total / runs
  if (runs < 1 || saved('hits_100') <= 0) return undefined
  let [lowShare, low] = [0, 0]
  for (const [share, scenario] of hits) {
    const gain = saved(scenario)
    if (hitRatio <= share) return low + ((gain - low) * (hitRatio - lowShare)) / (share - lowShare)
    ;[lowShare, low] = [share, gain]
  }
  return low
}
