import { mean, median, variance } from './moments.ts'
import { withoutCycle, withoutSpikes } from './steady-series.ts'
import { studentTails } from './student.ts'

/** Points on each side of a change, at least. */
const MIN_SIDE = 8
/** Points in which the correlation of neighbours is measured: few, so that a change of level lies in one of them at most. */
const CORRELATION_POINTS = 32
/** A series of fewer points is not judged. */
export const MIN_POINTS = 2 * CORRELATION_POINTS
/** A change is called one when a level that stays would show one like it, anywhere in the series, less often than this. */
const SIGNIFICANCE = 0.005
/** A smaller change of the mean is none; that of the median must be half as large, in the same direction. */
const MIN_CHANGE = 0.05

/** Whether a series changed its level once. */
export type LevelChange =
  /** From the point `index` on, the mean is so many times what it was before. `probability`: how often a level that stays shows such a change. */
  | { readonly kind: 'changed'; readonly index: number; readonly ratio: number; readonly probability: number }
  | { readonly kind: 'no-change' }
  /** Fewer than 64 points, or values that are not all above 0. */
  | { readonly kind: 'not-known' }

/**
 * The largest change of level in a series of positive numbers at equal distances, `pointsPerDay` of them a day. The daily cycle and
 * spikes are taken out, the split is that of the largest energy distance (Matteson and James, 2014), and Welch's t-test of the
 * logarithms, because durations are skewed, counts as many points as are independent: n · (1 − φ) / (1 + φ) for neighbours that
 * correlate by φ. So many were looked at as well, each of which might have shown a change by chance (Bonferroni).
 */
export function levelChange(values: readonly number[], pointsPerDay: number): LevelChange {
  if (values.length < MIN_POINTS || !values.every((value) => Number.isFinite(value) && value > 0)) return { kind: 'not-known' }
  const series = withoutSpikes(withoutCycle(values, pointsPerDay))
  const index = largestEnergySplit(series)
  const [before, after] = [series.slice(0, index), series.slice(index)]
  const ratio = mean(after) / mean(before)
  const ofMedians = median(after) / median(before)
  if (Math.abs(ratio - 1) < MIN_CHANGE || (ofMedians - 1) * Math.sign(ratio - 1) < MIN_CHANGE / 2) return { kind: 'no-change' }
  const share = independentShare(before, after)
  const logarithms = series.map(Math.log)
  const atOnePoint = welch(logarithms.slice(0, index), logarithms.slice(index), share)
  const probability = Math.min(1, atOnePoint * share * series.length)
  return probability < SIGNIFICANCE ? { kind: 'changed', index, ratio, probability } : { kind: 'no-change' }
}

/** The index at which the two sides differ most in distribution. */
function largestEnergySplit(series: readonly number[]): number {
  const count = series.length
  const distanceTo = (value: number, from: number, to: number): number => {
    let sum = 0
    for (let index = from; index < to; index++) sum += Math.abs(value - (series[index] ?? value))
    return sum
  }
  // Sums of distances inside the left, inside the right, and between the two, kept while points move from right to left.
  let [left, between] = [0, 0]
  let right = series.reduce((sum, value, index) => sum + distanceTo(value, index + 1, count), 0)
  let best = { index: MIN_SIDE, energy: -Infinity }
  for (const [position, value] of series.entries()) {
    const toLeft = distanceTo(value, 0, position)
    const toRight = distanceTo(value, position + 1, count)
    left += toLeft
    right -= toRight
    between += toRight - toLeft
    const [a, b] = [position + 1, count - position - 1]
    if (a < MIN_SIDE || b < MIN_SIDE) continue
    const energy = ((a * b) / count) * ((2 * between) / (a * b) - (2 * left) / a ** 2 - (2 * right) / b ** 2)
    if (energy > best.energy) best = { index: a, energy }
  }
  return best.index
}

/**
 * What share of the points of some series counts as independent of their neighbours, above 0 and at most 1. The series are what lies
 * on each side of a change, which would itself look like correlation; one of fewer than 32 points tells nothing.
 */
export function independentShare(...sides: readonly (readonly number[])[]): number {
  let [products, squares, largest] = [0, 0, 0]
  for (const side of sides) {
    for (let start = 0; start + CORRELATION_POINTS <= side.length; start += CORRELATION_POINTS) {
      const points = side.slice(start, start + CORRELATION_POINTS)
      const centre = mean(points)
      for (const [index, value] of points.entries()) {
        squares += (value - centre) ** 2
        products += (value - centre) * ((points[index + 1] ?? centre) - centre)
        largest = Math.max(largest, Math.abs(value))
      }
    }
  }
  // What rounding makes of a constant is not a variation.
  if (Math.sqrt(squares) <= 1e-9 * largest) return 1
  // The bias of short series (Kendall, 1954).
  const correlation = Math.min(0.99, Math.max(0, (CORRELATION_POINTS * (products / squares) + 1) / (CORRELATION_POINTS - 4)))
  return (1 - correlation) / (1 + correlation)
}

function welch(before: readonly number[], after: readonly number[], share: number): number {
  const [a, b] = [before, after].map((side) => ({
    error: variance(side) / (side.length * share),
    degrees: Math.max(1, side.length * share - 1),
  }))
  if (a === undefined || b === undefined) return 1
  const error = a.error + b.error
  if (error === 0) return 0
  const degrees = error ** 2 / (a.error ** 2 / a.degrees + b.error ** 2 / b.degrees)
  return studentTails((mean(after) - mean(before)) / Math.sqrt(error), degrees)
}
