import { mean } from './moments.ts'

/** Two-sided 95 % quantiles of Student's t for 1 to 30 degrees of freedom. */
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086,
  2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
]

/** Student's t at 97.5 % for so many degrees of freedom (at least 1). */
export function studentT(degrees: number): number {
  // Beyond 30 the expansion of Cornish and Fisher is exact to three digits.
  return quantiles[Math.max(1, Math.floor(degrees)) - 1] ?? 1.96 + 2.37 / degrees
}

/** A value and how much it counts. */
export interface Weighted {
  readonly value: number
  readonly weight: number
}

/** Standard deviation of weighted values around their weighted mean; the ordinary one when all weigh the same. */
export function weightedDeviation(values: readonly Weighted[]): number {
  const total = values.reduce((sum, { weight }) => sum + weight, 0)
  if (values.length < 2 || total <= 0) return 0
  const centre = values.reduce((sum, { value, weight }) => sum + value * weight, 0) / total
  const squares = values.reduce((sum, { value, weight }) => sum + weight * (value - centre) ** 2, 0) / total
  return Math.sqrt((squares * values.length) / (values.length - 1))
}

/** What an interval is made from. */
export interface Variation {
  /** The quantity in each block of the window; its weight is the requests of the block. At least two. */
  readonly blocks: readonly Weighted[]
  /** By how much the quantity changed from one whole window to the next, for the last windows; may be empty. */
  readonly windowChanges: readonly number[]
  /** The interval is never narrower than this to either side. */
  readonly floor: number
}

/** A verdict is about a window that begins 3/8 of one after the change: what drifts goes on for so many windows until then. */
const HORIZON = 11 / 8
/** How many times the root mean square of the last drifts is allowed for, as measured (docs/decisions.md). Student's t for four would be 2.78. */
const DRIFT = 2.2

/**
 * Half the width of an interval that covers the value of the NEXT window about 19 times in 20: the noise that the blocks of the window
 * show, and the drift of the last windows as far as it is more than noise, together as independent errors; at least what experience says.
 */
export function halfWidth({ blocks, windowChanges, floor }: Variation): number {
  const n = blocks.length
  const ofWindow = weightedDeviation(blocks) / Math.sqrt(n / inflation(blocks.map(({ value }) => value)))
  const noise = studentT(n - 1) * ofWindow * Math.SQRT2
  const changes = windowChanges.slice(-4)
  const drift = DRIFT * HORIZON * Math.sqrt(Math.max(0, meanSquare(changes) - 2 * ofWindow ** 2))
  return Math.max(Math.hypot(noise, drift), floor)
}

/** Around zero and not around their mean, because a steady drift moves the next window as well. */
function meanSquare(values: readonly number[]): number {
  return values.length === 0 ? 0 : mean(values.map((value) => value ** 2))
}

/** Persistence that is believed at most: with a dozen blocks more cannot be told from a drift. */
const MOST_PERSISTENT = 0.8

/**
 * By how much values that resemble the one before them make the variance of their mean larger: (1 + φ) / (1 - φ) for a process of the
 * first order (Bartlett 1946), with φ as it is found: corrected for short series it would widen the intervals of those without memory.
 */
function inflation(values: readonly number[]): number {
  const centre = mean(values)
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0)
  if (squares === 0) return 1
  const products = values.slice(1).reduce((sum, value, index) => sum + (value - centre) * ((values[index] ?? centre) - centre), 0)
  const persistence = Math.min(MOST_PERSISTENT, Math.max(0, products / squares))
  return (1 + persistence) / (1 - persistence)
}
