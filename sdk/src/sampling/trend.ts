/** How a series of measurements changes with time. */
export interface Trend {
  /** Change a minute, in the unit of the measurements: the median of the slopes between any two of them (Theil 1950, Sen 1968). */
  readonly slopePerMinute: number
  /**
   * Probability of a rank correlation with time this strong where there is no trend: two-sided test of Mann (1945) and Kendall (1975),
   * normal approximation with ties. It takes measurements to be independent; waves that are longer than the history look like trends.
   */
  readonly pValue: number
  /** Measurements that it was made from. */
  readonly points: number
}

/** From ten measurements on the normal approximation holds (Kendall 1975). */
const FEWEST = 10

const MINUTE_MS = 60_000

/** The trend of measurements at certain times, in milliseconds; undefined for fewer than ten. */
export function trendOf(times: readonly number[], values: readonly number[]): Trend | undefined {
  const points = times.length
  if (points < FEWEST) return undefined
  const slopes = new Float64Array((points * (points - 1)) / 2)
  let pairs = 0
  let score = 0
  for (let later = 1; later < points; later++)
    for (let earlier = 0; earlier < later; earlier++) {
      const difference = (values[later] ?? 0) - (values[earlier] ?? 0)
      score += Math.sign(difference)
      slopes[pairs++] = difference / ((times[later] ?? 0) - (times[earlier] ?? 0))
    }
  const deviation = Math.sqrt(scoreVariance(values))
  const pValue = deviation === 0 ? 1 : 2 * upperTail(Math.max(0, Math.abs(score) - 1) / deviation)
  return { slopePerMinute: median(slopes) * MINUTE_MS, pValue: Math.min(1, pValue), points }
}

/** Variance of the score without a trend; values that occur several times make it smaller. */
function scoreVariance(values: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const term = (count: number) => count * (count - 1) * (2 * count + 5)
  return (term(values.length) - [...counts.values()].reduce((sum, count) => sum + term(count), 0)) / 18
}

/** Probability that a standard normal variable exceeds z ≥ 0, within 7.5e-8 (Abramowitz and Stegun 26.2.17). */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.231_641_9 * z)
  const polynomial = t * (0.319_381_53 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))))
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial
}

function median(values: Float64Array): number {
  const sorted = values.toSorted()
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}
