import type { Blocks } from '../prometheus/series.ts'
import { studentT } from './interval.ts'
import { type Line, trendOf } from './trend.ts'

/** A quantity that may rise to a limit. For one that falls to it, negate both. */
export interface Forecast {
  /** Level of the quantity in each block, oldest first. */
  readonly values: Blocks
  readonly blockSeconds: number
  /** In the unit of the values. */
  readonly limit: number
  /** End of the last block, in Unix seconds. */
  readonly now: number
  /** Days ahead that are of interest, above 0. Beyond three times what was observed a straight line is a guess. */
  readonly withinDays: number
}

/** When the quantity reaches its limit. */
export type Reach =
  /** Unix seconds, with an interval at 95 %; `latest` is Infinity when it may stay below. */
  | { readonly kind: 'reaches'; readonly earliest: number; readonly likely: number; readonly latest: number }
  /** The level is at the limit or above it. */
  | { readonly kind: 'reached' }
  /** Not even the early end of the interval is within those days, or the quantity falls. */
  | { readonly kind: 'not-within'; readonly days: number }
  /** It neither rises nor falls, as far as can be told from chance, whatever its level. */
  | { readonly kind: 'no-trend' }
  | { readonly kind: 'too-few-blocks' }

/**
 * Where the line through the blocks meets the limit, with Fieller's interval (1954): all block numbers d from the centre for which
 * (slope · d + mean − limit)² ≤ t² · variance · (1 / n + d² / spread). It is wider to the late side, as it should be.
 * Wrong where growth is not straight: it comes too late for what speeds up, too early for what levels off or is collected.
 */
export function forecastReach({ values, blockSeconds, limit, now, withinDays }: Forecast): Reach {
  const trend = trendOf(values, blockSeconds)
  if (trend.kind !== 'trend') return trend
  const { line } = trend
  // The last block ends half a block after its middle, which its number stands for.
  const end = values.length - 0.5
  const missing = limit - line.mean
  const likely = line.centre + missing / line.slope
  if (line.mean + line.slope * (end - line.centre) >= limit) return { kind: 'reached' }
  if (line.slope < 0) return { kind: 'not-within', days: withinDays }
  const { early, late } = fieller(line, missing)
  const at = (block: number): number => now + Math.max(0, block - end) * blockSeconds
  if (at(early) > now + withinDays * 86_400) return { kind: 'not-within', days: withinDays }
  return { kind: 'reaches', earliest: at(early), likely: at(likely), latest: at(late) }
}

/** Block numbers between which the line meets a value that is `missing` above its mean. The slope must be significant. */
function fieller({ slope, centre, count, spread, variance, degrees }: Line, missing: number): { early: number; late: number } {
  const margin = studentT(degrees) ** 2 * variance
  const square = slope ** 2 - margin / spread
  const root = Math.sqrt(Math.max(0, (slope * missing) ** 2 - square * (missing ** 2 - margin / count)))
  const early = (missing ** 2 - margin / count) / (slope * missing + root)
  // With five percent a slope of zero lies outside the interval of one that is significant at one; rounded quantiles may differ.
  const late = square > 0 ? (slope * missing + root) / square : Infinity
  return { early: centre + early, late: centre + late }
}
