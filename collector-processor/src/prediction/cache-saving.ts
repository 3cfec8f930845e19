import type { Span } from '../prometheus/evidence.ts'
import type { Blocks } from '../prometheus/series.ts'
import type { Estimate, Saving } from '../recommendation/recommendation.ts'
import { estimate } from './estimate.ts'
import { growthInWindow } from './window.ts'

/** Hit ratios are not foretold more exactly than this: the floor of their interval (measured, see interval.ts). */
export const HIT_RATIO_FLOOR = 0.005

/** Nor savings, as a share of them: where nothing drifts, 19 in 20 were off by less than this (`npm run bench -- optbench`). */
const SAVING_FLOOR = 0.02

/** Requests of a subject and what one of them would save, block by block. */
export interface CacheChange {
  readonly requests: Blocks
  /** Seconds that each request of a block would have saved. */
  readonly savedPerRequest: Blocks
  /** Mean seconds of a load; sets the floor of the interval and bounds the saving. */
  readonly loadSeconds: number
}

/**
 * Seconds saved a second, with an interval for the next window. What varies is the saving of each block, so that requests which come
 * in bursts, or more of them from hour to hour, widen it as hits and durations do. Undefined without enough blocks.
 */
export function cacheSaving({ requests, savedPerRequest, loadSeconds }: CacheChange, span: Span): Saving | undefined {
  const amounts = requests.map((count, index) => {
    const saved = savedPerRequest[index]
    return count === undefined || saved === undefined ? undefined : count * saved
  })
  const perSecond = ofBlocks(amounts, HIT_RATIO_FLOOR * loadSeconds, span, requests)
  const spent = ofBlocks(
    requests.map((count) => (count === undefined ? undefined : count * loadSeconds)),
    0,
    span,
    requests,
  )
  return perSecond && spent && { unit: 's/s', ...atMost(perSecond, spent.upper) }
}

/** What the blocks have a second, never more exactly than two per cent. */
function ofBlocks(amounts: Blocks, floorPerRequest: number, span: Span, requests: Blocks): Estimate | undefined {
  const seconds = amounts.map((amount) => (amount === undefined ? undefined : span.blockSeconds))
  const likely = growthInWindow(amounts, span).perSecond
  const floor = Math.max(floorPerRequest * growthInWindow(requests, span).perSecond, SAVING_FLOOR * Math.abs(likely))
  return estimate({ amounts, requests: seconds, windowBlocks: span.windowBlocks, floor })
}

/** Nobody saves more than is spent. */
function atMost({ lower, likely, upper }: Estimate, most: number): Estimate {
  return { lower, likely, upper: Math.max(likely, Math.min(upper, most)) }
}
