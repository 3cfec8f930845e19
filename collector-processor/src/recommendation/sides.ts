import { estimate } from '../prediction/estimate.ts'
import type { Weighted } from '../prediction/interval.ts'
import { steadied } from '../prediction/steadied.ts'
import { blockStart, type Span } from '../prometheus/evidence.ts'
import { type Blocks, sumOf } from '../prometheus/series.ts'
import type { Cost } from '../rules/rule.ts'
import type { Estimate } from './recommendation.ts'

/** Share of the window after the change that does not count: the block in which it happened, and those in which caches get warm. */
const WARM_UP = 3 / 8

/** A cost, and what it was at the same hours of the day before, block by block; without it the time of day is not known. */
export interface DatedCost extends Cost {
  readonly dayBefore?: Cost
}

/** The window before the change, the one after it and the warm-up as far as there is one, and what there is of windows before both. */
export interface Sides {
  before(blocks: Blocks): Blocks
  after(blocks: Blocks): Blocks
  earlier(blocks: Blocks): Blocks
  /** Whether the hours after the change were before it a day ago. */
  readonly hasDayBefore: boolean
}

/** Finds them in a span. `appliedAt`: Unix seconds. */
export function sides(span: Span, appliedAt: number): Sides {
  const starts = Array.from({ length: span.blocks }, (_, index) => blockStart(span, index))
  const tolerance = span.blockSeconds / 1_000
  const end = starts.filter((start) => start + span.blockSeconds <= appliedAt + tolerance).length
  const warmUp = Math.max(2, Math.ceil(span.windowBlocks * WARM_UP)) * span.blockSeconds
  const begin = starts.filter((start) => start < appliedAt + warmUp - tolerance).length
  return {
    before: (blocks) => blocks.slice(Math.max(0, end - span.windowBlocks), end),
    after: (blocks) => blocks.slice(begin, begin + span.windowBlocks),
    earlier: (blocks) => blocks.slice(0, Math.max(0, end - span.windowBlocks)),
    hasDayBefore: blockStart(span, Math.min(begin + span.windowBlocks, span.blocks)) - DAY_SECONDS <= appliedAt + tolerance,
  }
}

/** What changes by less with the time of day is left alone. */
const LEAST_CHANGE = 0.01

/** Seconds of a day. */
export const DAY_SECONDS = 86_400

/** Cost of a request on one side; undefined with fewer requests than asked for. */
export function perRequest(cost: Cost, side: (blocks: Blocks) => Blocks, minRequests: number): Estimate | undefined {
  const [amounts, requests] = [side(cost.spent), side(cost.requests)]
  if (sumOf(requests) < minRequests) return undefined
  return estimate({ amounts, requests, windowBlocks: requests.length, floor: 0 })
}

/**
 * Cost of a request before the change. Advice is given where the window looked bad, and by chance alone the next one looks better
 * (regression to the mean, Galton 1886): so the windows before have their say.
 */
export function usualCost(cost: Cost, { before, earlier }: Sides): number {
  return steadied(quotients(before(cost.spent), before(cost.requests)), quotients(earlier(cost.spent), earlier(cost.requests)))
}

/**
 * By which factor the time of day alone changes the cost from the hours before the change to those after it: as it did the day before,
 * as far as noise does not explain that. 1 where it is not known.
 */
export function timeOfDay({ dayBefore }: DatedCost, { before, after, hasDayBefore }: Sides, minRequests: number): number {
  if (dayBefore === undefined || !hasDayBefore) return 1
  if (perRequest(dayBefore, before, minRequests) === undefined || perRequest(dayBefore, after, minRequests) === undefined) return 1
  const [then, later] = [
    quotients(before(dayBefore.spent), before(dayBefore.requests)),
    quotients(after(dayBefore.spent), after(dayBefore.requests)),
  ]
  const factor = steadied(later, then) / steadied(then, [])
  return Math.abs(factor - 1) >= LEAST_CHANGE ? Math.min(Math.max(factor, 0.5), 2) : 1
}

function quotients(spent: Blocks, requests: Blocks): readonly Weighted[] {
  return requests.flatMap((weight, index) => {
    const amount = spent[index]
    return amount === undefined || weight === undefined || weight <= 0 ? [] : [{ value: amount / weight, weight }]
  })
}
