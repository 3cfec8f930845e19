import { estimate } from '../prediction/estimate.ts'
import { growthInWindow } from '../prediction/window.ts'
import { blockStart, type Span } from '../prometheus/evidence.ts'
import { type Blocks, sumOf } from '../prometheus/series.ts'
import type { Cost } from '../rules/rule.ts'
import { formatBytes, formatNumber, formatSeconds, formatShare } from '../text/numbers.ts'
import type { Estimate, Saving } from './recommendation.ts'

/** Share of the window after the change that does not count: the block in which it happened, and those in which caches get warm. */
const WARM_UP = 3 / 8

/** Share of a window that has to be measured before a prediction can be confirmed. To refute it takes a whole one. */
const ENOUGH = 1 / 2

/** With one control alone, its own change cannot be told from that of the surroundings. */
const MIN_CONTROLS = 2

/** What a prediction is compared with. */
export interface Measurement {
  readonly predicted: Saving
  /** Unix seconds. */
  readonly appliedAt: number
  /** The subject's cost, over a span that begins a window before the change. */
  readonly cost: Cost
  /** Costs of subjects of the same service that were not changed. */
  readonly controls: readonly Cost[]
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
 * controls in the same time is taken out (difference in differences), so that a busier host is not taken for a slower subject.
 */
export function verify({ predicted, appliedAt, cost, controls, span, minRequests }: Measurement): Verdict {
  const { before, after } = sides(span, appliedAt)
  const costBefore = perRequest(cost, before, minRequests)
  const costAfter = perRequest(cost, after, minRequests)
  if (costBefore === undefined) return { kind: 'waiting', needs: `too few requests before the change to compare with` }
  const measured = after(cost.requests).filter((count) => (count ?? 0) > 0).length
  if (costAfter === undefined || measured < span.windowBlocks * ENOUGH) {
    return { kind: 'waiting', needs: `${minRequests} requests in half a window after the change and the warm-up` }
  }

  const surroundings = changeOfSurroundings(controls, before, after, minRequests, costBefore.likely)
  const rate = growthInWindow(before(cost.requests), span).perSecond
  const saved = (costThen: number): number => rate * (costBefore.likely - costThen / surroundings)
  const actual: Saving = {
    unit: predicted.unit,
    lower: saved(costAfter.upper),
    likely: saved(costAfter.likely),
    upper: saved(costAfter.lower),
  }
  if (predicted.unit === 'By') {
    const held = `It held ${formatBytes(costBefore.likely)} before the change and ${formatBytes(Math.max(0, costAfter.likely))} after it.`
    return judged(predicted, actual, [held], measured >= span.windowBlocks)
  }
  const amount = predicted.unit === 'usd/h' ? dollars : formatSeconds
  const { per = 'request' } = cost
  const evidence = [
    `A ${per} cost ${amount(costBefore.likely)} before the change and ${amount(Math.max(0, costAfter.likely))} after it, at ${formatNumber(rate)} of them a second.`,
    surroundings === 1
      ? 'Nothing was corrected for.'
      : `Other functions took ${formatShare(surroundings)} of their earlier time, which was corrected for.`,
  ]
  return judged(predicted, actual, evidence, measured >= span.windowBlocks)
}

/** Costs of savings in dollars an hour are dollars times 3,600 (rule.ts). */
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

interface Sides {
  before(blocks: Blocks): Blocks
  after(blocks: Blocks): Blocks
}

/** The window before the change, and the one after it and the warm-up, as far as there is one. */
function sides(span: Span, appliedAt: number): Sides {
  const starts = Array.from({ length: span.blocks }, (_, index) => blockStart(span, index))
  const tolerance = span.blockSeconds / 1_000
  const end = starts.filter((start) => start + span.blockSeconds <= appliedAt + tolerance).length
  const warmUp = Math.max(2, Math.ceil(span.windowBlocks * WARM_UP)) * span.blockSeconds
  const begin = starts.filter((start) => start < appliedAt + warmUp - tolerance).length
  return {
    before: (blocks) => blocks.slice(Math.max(0, end - span.windowBlocks), end),
    after: (blocks) => blocks.slice(begin, begin + span.windowBlocks),
  }
}

function perRequest(cost: Cost, side: (blocks: Blocks) => Blocks, minRequests: number): Estimate | undefined {
  const [amounts, requests] = [side(cost.spent), side(cost.requests)]
  if (sumOf(requests) < minRequests) return undefined
  return estimate({ amounts, requests, windowBlocks: requests.length, floor: 0 })
}

/**
 * Median change of the mean duration of the controls: 1.1 when they became 10 % slower. Only subjects about as slow as the
 * changed one are asked: what takes microseconds says nothing about a call that waits, and what takes far longer may call
 * the subject itself and would hide its gain.
 */
function changeOfSurroundings(
  controls: readonly Cost[],
  before: Sides['before'],
  after: Sides['after'],
  minRequests: number,
  subjectCost: number,
): number {
  const changes = controls.flatMap((control) => {
    const then = perRequest(control, before, minRequests / 4)?.likely
    const now = perRequest(control, after, minRequests / 4)?.likely
    if (then === undefined || now === undefined || then < subjectCost / 10 || then > subjectCost * 3) return []
    return [now / then]
  })
  const sorted = changes.toSorted((a, b) => a - b)
  const middle = ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 1) + (sorted[Math.floor(sorted.length / 2)] ?? 1)) / 2
  return sorted.length < MIN_CONTROLS ? 1 : Math.min(Math.max(middle, 0.5), 2)
}

function overlap(a: Estimate, b: Estimate): boolean {
  return a.lower <= b.upper && b.lower <= a.upper
}
