import { studentT } from '../prediction/interval.ts'
import { mean } from '../prediction/moments.ts'
import type { Estimate } from '../recommendation/recommendation.ts'
import type { Pair } from './paired-times.ts'

/** Share of pairs at either end whose ratios are cut to the next ones: batches in which something else happened. */
const CUT = 0.1
/** Fewer pairs say nothing. */
const FEWEST = 3

/**
 * How many times as fast the optimized function is: the mean of the logarithms of the pairs' ratios, winsorized, with Student's 95 %
 * interval (Yuen 1974, as for a trimmed mean). What slows the machine down slows both of a pair, so that it drops out of the ratio.
 * From 0 to infinity with fewer than three pairs.
 */
export function ratioOf(pairs: readonly Pair[]): Estimate {
  if (pairs.length < FEWEST) return { lower: 0, likely: 1, upper: Infinity }
  const sorted = pairs.map(({ original, optimized }) => Math.log(original / optimized)).toSorted((a, b) => a - b)
  const cut = Math.floor(sorted.length * CUT)
  const [low, high] = [sorted[cut] ?? 0, sorted[sorted.length - 1 - cut] ?? 0]
  const values = sorted.map((value) => Math.min(Math.max(value, low), high))
  const centre = mean(values)
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0)
  const kept = sorted.length - 2 * cut
  const deviation = Math.sqrt(squares / (sorted.length - 1))
  const half = (studentT(kept - 1) * deviation * Math.sqrt(sorted.length)) / kept
  return { lower: Math.exp(centre - half), likely: Math.exp(centre), upper: Math.exp(centre + half) }
}
