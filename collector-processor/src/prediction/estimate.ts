import type { Blocks } from '../prometheus/series.ts'
import type { Estimate } from '../recommendation/recommendation.ts'
import { halfWidth } from './interval.ts'

/** Fewer blocks with requests than this tell nothing about the variation between them. */
export const MIN_BLOCKS = 3

/** A window with fewer of its blocks than this is not compared with others; one lost scrape in twelve does no harm. */
const WHOLE = 0.9

/** A quantity per request (or per second), block by block. */
export interface Observed {
  /** What was counted in each block, for example seconds saved. */
  readonly amounts: Blocks
  /** What it is divided by in the same block, for example requests. */
  readonly requests: Blocks
  /** The last so many blocks are the window; earlier ones show how much it drifts. */
  readonly windowBlocks: number
  /** The interval is never narrower than this to either side, in the unit of the quotient. */
  readonly floor: number
}

/** Amount per request over the window, with an interval for the next window. Undefined with fewer than three blocks of data. */
export function estimate({ amounts, requests, windowBlocks, floor }: Observed): Estimate | undefined {
  const blocks = quotients(amounts, requests).slice(-windowBlocks)
  const present = blocks.filter((block) => block !== undefined)
  if (present.length < MIN_BLOCKS) return undefined
  const likely = pooled(present)
  const width = halfWidth({ blocks: present, windowChanges: changesBetweenWindows(quotients(amounts, requests), windowBlocks), floor })
  return { lower: likely - width, likely, upper: likely + width }
}

/** An estimate in another unit: every bound times a factor that is not negative. */
export function scaled({ lower, likely, upper }: Estimate, factor: number): Estimate {
  return { lower: lower * factor, likely: likely * factor, upper: upper * factor }
}

interface Quotient {
  readonly value: number
  readonly weight: number
}

function quotients(amounts: Blocks, requests: Blocks): (Quotient | undefined)[] {
  return requests.map((weight, index) => {
    const amount = amounts[index]
    return amount === undefined || weight === undefined || weight <= 0 ? undefined : { value: amount / weight, weight }
  })
}

function pooled(blocks: readonly Quotient[]): number {
  const weight = blocks.reduce((sum, block) => sum + block.weight, 0)
  return blocks.reduce((sum, block) => sum + block.value * block.weight, 0) / weight
}

/** Changes from each whole window to the next, oldest first. The one in which everything started is not whole. */
function changesBetweenWindows(blocks: readonly (Quotient | undefined)[], windowBlocks: number): number[] {
  const values: number[] = []
  for (let end = blocks.length; end >= windowBlocks; end -= windowBlocks) {
    const present = blocks.slice(end - windowBlocks, end).filter((block) => block !== undefined)
    if (present.length < windowBlocks * WHOLE) break
    values.unshift(pooled(present))
  }
  return values.slice(1).map((value, index) => value - (values[index] ?? value))
}
