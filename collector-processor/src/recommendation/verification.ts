import { growthInWindow } from '../prediction/window.ts'
import type { Span } from '../prometheus/evidence.ts'
import { formatBytes, formatNumber, formatSeconds, formatShare } from '../text/numbers.ts'
import type { Estimate, Saving } from './recommendation.ts'
import { type DatedCost, perRequest, type Sides, sides, timeOfDay, usualCost } from './sides.ts'

/** Share of a window that has to be measured before a prediction can be confirmed. To refute it takes a whole one. */
const ENOUGH = 1 / 2

/** With one control alone, its own change cannot be told from that of the surroundings. */
const MIN_CONTROLS = 2

/** What a prediction is compared with. */
export interface Measurement {
  readonly predicted: Saving
  /** Unix seconds. */
  readonly appliedAt: number
  /** The subject's cost, over a span that begins a window before the change or earlier. */
  readonly cost: DatedCost
  /** Costs of subjects of the same service that were not changed. */
  readonly controls: readonly DatedCost[]
  readonly span: Span
  /** Requests that both sides need. */
  readonly minRequests: number
}

/** The outcome: the prediction held, it did not, or it is too early to say. */
export type Verdict =
  | { readonly kind: 'verified' | 'refuted'; readonly actual: Saving; readonly evidence: readonly string[] }
  | { readonly kind: 'waiting'; readonly needs: string }

/**
 * Compares the cost of a request before and after the change, at the request rate of before. What happened to the
 * controls in the same time is taken out (difference in differences), so that a busier host is not taken for a slower subject; so is
 * what the time of day does, and the chance that made the window before look bad (`sides.ts`).
 */
export function verify({ predicted, appliedAt, cost, controls, span, minRequests }: Measurement): Verdict {
  const found = sides(span, appliedAt)
  const { before, after } = found
  const costAfter = perRequest(cost, after, minRequests)
  if (perRequest(cost, before, minRequests) === undefined)
    return { kind: 'waiting', needs: `too few requests before the change to compare with` }
  const measured = after(cost.requests).filter((count) => (count ?? 0) > 0).length
  if (costAfter === undefined || measured < span.windowBlocks * ENOUGH) {
    return { kind: 'waiting', needs: `${minRequests} requests in half a window after the change and the warm-up` }
  }

  const costBefore = usualCost(cost, found)
  const hours = timeOfDay(cost, found, minRequests)
  const surroundings = changeOfSurroundings(controls, found, minRequests, costBefore)
  const rate = growthInWindow(before(cost.requests), span).perSecond
  const saved = (costThen: number): number => rate * (costBefore * hours - costThen / surroundings)
  const actual: Saving = {
    unit: predicted.unit,
    lower: saved(costAfter.upper),
    likely: saved(costAfter.likely),
    upper: saved(costAfter.lower),
  }
  const evidence = [
    measuredText(predicted.unit, costBefore, Math.max(0, costAfter.likely), rate, cost.per),
    ...(hours === 1 ? [] : [`At the same hours of the day before it changed to ${formatShare(hours)} by itself, which was corrected for.`]),
    ...(surroundings === 1 ? [] : [`Other functions took ${formatShare(surroundings)} of their earlier time, which was corrected for.`]),
    ...(predicted.unit !== 'By' && hours === 1 && surroundings === 1 ? ['Nothing was corrected for.'] : []),
  ]
  return judged(predicted, actual, evidence, measured >= span.windowBlocks)
}

/** What it cost before and after. Costs of savings in dollars an hour are dollars times 3,600 (rule.ts). */
function measuredText(unit: Saving['unit'], before: number, after: number, rate: number, per = 'request'): string {
  if (unit === 'By') return `It held ${formatBytes(before)} before the change and ${formatBytes(after)} after it.`
  if (unit === 'ratio') return `It was ${formatShare(rate * before)} before the change and ${formatShare(rate * after)} after it.`
  const amount = unit === 'usd/h' ? dollars : formatSeconds
  return `A ${per} cost ${amount(before)} before the change and ${amount(after)} after it, at ${formatNumber(rate)} of them a second.`
}

function dollars(cost: number): string {
  return `${formatNumber(cost / 3_600)} dollars`
}

/** Confirmed by what was measured, or refuted; a whole window is needed for that, as long as the likely value is not inside. */
function judged(predicted: Saving, actual: Saving, evidence: readonly string[], isWholeWindow: boolean): Verdict {
  const isInside = actual.likely >= predicted.lower && actual.likely <= predicted.upper
  if (isInside || (isWholeWindow && overlap(actual, predicted))) return { kind: 'verified', actual, evidence }
  if (!isWholeWindow)
    return { kind: 'waiting', needs: 'a whole window after the change, because the first blocks are outside the interval' }
  return { kind: 'refuted', actual, evidence }
}

/**
 * Median change of the mean duration of the controls: 1.1 when they became 10 % slower. Only subjects about as slow as the
 * changed one are asked: what takes microseconds says nothing about a call that waits, and what takes far longer may call
 * the subject itself and would hide its gain.
 */
function changeOfSurroundings(controls: readonly DatedCost[], found: Sides, minRequests: number, subjectCost: number): number {
  const changes = controls.flatMap((control) => {
    const then = perRequest(control, found.before, minRequests / 4)?.likely
    const now = perRequest(control, found.after, minRequests / 4)?.likely
    if (then === undefined || now === undefined || then < subjectCost / 10 || then > subjectCost * 3) return []
    return [now / then / timeOfDay(control, found, minRequests / 4)]
  })
  const sorted = changes.toSorted((a, b) => a - b)
  const middle = ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 1) + (sorted[Math.floor(sorted.length / 2)] ?? 1)) / 2
  return sorted.length < MIN_CONTROLS ? 1 : Math.min(Math.max(middle, 0.5), 2)
}

function overlap(a: Estimate, b: Estimate): boolean {
  return a.lower <= b.upper && b.lower <= a.upper
}
