import { blockStart, indexAt, type Span } from '../prometheus/evidence.ts'
import { hoursOf } from '../prometheus/hours.ts'
import type { Blocks } from '../prometheus/series.ts'
import type { Saving } from '../recommendation/recommendation.ts'
import { estimate } from './estimate.ts'
import type { HourlyMeans, Rise } from './hourly-level.ts'
import { studentT } from './interval.ts'
import { growthInWindow } from './window.ts'

/** A level is not known more exactly than this, as a share of what is spent above it. */
const FLOOR = 0.02
/** Degrees of freedom of the earlier level: eight hours at least are before a change, and most often days. */
const DEGREES = 8

/** What calls cost, and what they would cost at an earlier level. */
export interface Excess {
  /** Seconds and calls in each block of the evidence. */
  readonly seconds: Blocks
  readonly calls: Blocks
  /** Their week, and how its level rose. */
  readonly week: HourlyMeans
  readonly rise: Rise
  /** How much longer all calls take anyway since then: 1.1 for 10 %. */
  readonly surroundings: number
}

/** Seconds a second above the earlier level at the same time of day, from the blocks after the rise. Undefined without three of them. */
export function excessSaving({ seconds, calls, week, rise, surroundings }: Excess, span: Span): Saving | undefined {
  const hours = hoursOf(span)
  // The hour of the rise is partly of before.
  const since = blockStart(hours, rise.hour + 1)
  const cycleAt = (block: number): number => week.cycle[indexAt(hours, blockStart(span, block)) - week.offset] ?? 1
  const above = calls.map((count, block) => {
    const spent = seconds[block]
    if (count === undefined || spent === undefined || blockStart(span, block) < since) return undefined
    return spent - count * rise.baseline * Math.max(1, surroundings) * cycleAt(block)
  })
  const likely = growthInWindow(above, span).perSecond
  const doubtOfLevel = studentT(DEGREES) * rise.baselineError * growthInWindow(calls, span).perSecond
  const floor = Math.hypot(FLOOR * Math.abs(likely), doubtOfLevel)
  const requests = above.map((value) => (value === undefined ? undefined : span.blockSeconds))
  const found = estimate({ amounts: above, requests, windowBlocks: span.windowBlocks, floor })
  return found && { unit: 's/s', ...found }
}
