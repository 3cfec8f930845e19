import type { Evidence } from '../prometheus/evidence.ts'
import type { Subject } from '../prometheus/subject.ts'
import type { Estimate, Saving } from '../recommendation/recommendation.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatSeconds } from '../text/numbers.ts'
import { type Pattern, patternInWindow, runSaving, runsInWindow, runsOf, type Scenario } from './run-pattern.ts'
import { growthInWindow } from './window.ts'

/** A pattern of calls that costs runs time, or why nothing can be said of it. */
export type JudgedPattern =
  | { readonly kind: 'found'; readonly saving: Saving; readonly calls: number; readonly groups: number; readonly runs: number }
  | { readonly kind: 'notAdvised'; readonly subject: Subject; readonly reason: string }
  | { readonly kind: 'notEnoughData'; readonly subject: Subject; readonly needs: string }

/** Whether a pattern of a function's calls is worth a change. Undefined where it was not seen. */
export function judgePattern(
  evidence: Evidence,
  subject: Subject,
  settings: Settings,
  { pattern, scenario, kept }: { readonly pattern: Pattern; readonly scenario: Scenario; readonly kept: Estimate },
): JudgedPattern | undefined {
  const { calls, groups } = patternInWindow(evidence, subject, pattern)
  if (groups < 1) return undefined
  const runs = runsInWindow(evidence, subject)
  if (runs < settings.minRequests) {
    return { kind: 'notEnoughData', subject, needs: `${formatNumber(Math.floor(runs))} runs in the window, needs ${settings.minRequests}` }
  }
  const saving = runSaving(evidence, subject, scenario, kept)
  if (saving === undefined) return { kind: 'notEnoughData', subject, needs: 'runs in at least three blocks of the window' }
  // An open recommendation is kept down to half of what a new one needs.
  if (saving.likely < settings.minSaving / 2) {
    return {
      kind: 'notAdvised',
      subject,
      reason: `it would shorten runs by only ${formatSeconds(Math.max(0, saving.likely))} in each second`,
    }
  }
  return { kind: 'found', saving, calls, groups, runs }
}

/** How often the pattern is seen and how much earlier a run would end on average: for the evidence of a finding. */
export function perRun(evidence: Evidence, subject: Subject, { saving, groups, runs }: Extract<JudgedPattern, { kind: 'found' }>): string {
  const perSecond = growthInWindow(runsOf(evidence, subject), evidence.span).perSecond
  return `It was seen ${formatNumber(groups / runs)} times a run in ${formatNumber(Math.round(runs))} runs, which would end ${formatSeconds(saving.likely / perSecond)} earlier on average.`
}
