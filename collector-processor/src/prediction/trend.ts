import type { Blocks } from '../prometheus/series.ts'
import type { Estimate } from '../recommendation/recommendation.ts'
import { studentT } from './interval.ts'
import { studentTails } from './student.ts'

/** Fewer blocks with a value than this show no trend that could be told from chance. */
const MIN_PRESENT = 8

/** A slope is called a trend when chance alone shows one as steep less often than this. */
const SIGNIFICANCE = 0.01

/** A straight line through blocks; block numbers count from 0 for the oldest. */
export interface Line {
  /** Change from one block to the next. */
  readonly slope: number
  /** Mean of the values, which the line has at the block number `centre`. */
  readonly mean: number
  readonly centre: number
  /** Blocks with a value. */
  readonly count: number
  /** Sum of squares of the block numbers around their mean. */
  readonly spread: number
  /** Variance of the values around the line, made larger for what neighbouring blocks have in common. */
  readonly variance: number
  /** Degrees of freedom that are left: effective number of blocks less two. */
  readonly degrees: number
}

/** Whether a quantity rises or falls from block to block. */
export type Trend =
  /** Change per second with an interval at 95 %, and how often chance alone would show one as steep. */
  | { readonly kind: 'trend'; readonly perSecond: Estimate; readonly probability: number; readonly line: Line }
  /** No slope that could be told from chance. The quantity may still move, by less than the blocks can show. */
  | { readonly kind: 'no-trend' }
  /** Fewer than eight blocks with a value, or so much in common between neighbours that they count for three or fewer. */
  | { readonly kind: 'too-few-blocks' }

/**
 * Slope by least squares over blocks of so many seconds. Its significance is that of the effective number of blocks,
 * n · (1 − φ) / (1 + φ), φ being the correlation of neighbours' distances from the line (Santer and others, 2000), corrected for
 * the bias that it has in short series. Without that correction chance is called a trend far too often.
 */
export function trendOf(values: Blocks, blockSeconds: number): Trend {
  const line = fitLine(values)
  if (line === undefined) return { kind: 'too-few-blocks' }
  const error = Math.sqrt(line.variance / line.spread)
  if (line.slope === 0) return { kind: 'no-trend' }
  const probability = studentTails(line.slope / error, line.degrees)
  if (probability >= SIGNIFICANCE) return { kind: 'no-trend' }
  const width = studentT(line.degrees) * error
  const perSecond = {
    lower: (line.slope - width) / blockSeconds,
    likely: line.slope / blockSeconds,
    upper: (line.slope + width) / blockSeconds,
  }
  return { kind: 'trend', perSecond, probability, line }
}

/** The line, or undefined where there are too few blocks for one. */
function fitLine(values: Blocks): Line | undefined {
  const points = values.flatMap((value, block) => (value === undefined || !Number.isFinite(value) ? [] : [{ block, value }]))
  const count = points.length
  if (count < MIN_PRESENT) return undefined
  const centre = points.reduce((sum, { block }) => sum + block, 0) / count
  const mean = points.reduce((sum, { value }) => sum + value, 0) / count
  const spread = points.reduce((sum, { block }) => sum + (block - centre) ** 2, 0)
  const raw = points.reduce((sum, { block, value }) => sum + (block - centre) * (value - mean), 0) / spread
  // What rounding makes of a constant is neither a slope nor a distance.
  const largest = points.reduce((most, { value }) => Math.max(most, Math.abs(value)), 0)
  const slope = Math.abs(raw) * values.length <= 1e-9 * largest ? 0 : raw
  const distances = new Map(points.map(({ block, value }) => [block, value - mean - slope * (block - centre)]))
  const sum = [...distances.values()].reduce((total, distance) => total + distance ** 2, 0)
  const squares = Math.sqrt(sum / count) <= 1e-9 * largest ? 0 : sum
  const effective = effectiveCount(distances, squares)
  if (effective <= 3) return undefined
  return { slope, mean, centre, count, spread, variance: squares / (effective - 2), degrees: effective - 2 }
}

/** How many independent blocks would tell as much, at most as many as there are. */
function effectiveCount(distances: ReadonlyMap<number, number>, squares: number): number {
  const count = distances.size
  if (squares === 0) return count
  let products = 0
  let pairs = 0
  for (const [block, distance] of distances) {
    const next = distances.get(block + 1)
    if (next === undefined) continue
    products += distance * next
    pairs++
  }
  const seen = pairs === 0 ? 0 : products / pairs / (squares / count)
  // Distances from a fitted line correlate less than what they stand for (Marriott and Pope, 1954, for a line).
  const likely = Math.min(0.99, Math.max(0, (count * seen + 2) / (count - 4)))
  // Its own standard error is added, because a series of chance is called a trend where it came out too low.
  const correlation = Math.min(0.99, likely + Math.sqrt((1 - likely ** 2) / count))
  return (count * (1 - correlation)) / (1 + correlation)
}
