import { HOUR_SECONDS, HOURS_A_DAY } from '../prometheus/hours.ts'
import type { Span } from '../prometheus/evidence.ts'
import type { Blocks } from '../prometheus/series.ts'
import { forecastReach, type Reach } from './forecast.ts'
import { mean } from './moments.ts'
import { withoutCycle } from './steady-series.ts'
import { trendOf } from './trend.ts'

/** A trend over fewer hours is the time of day, or a start. */
export const MIN_HOURS = 72
/** Share of the hours that must be known. */
const MIN_PRESENT = 0.8
/** Twice what was observed: further ahead a straight line is a guess. */
const WITHIN_DAYS = 14

/** When something that grows is full. */
export type Saturation =
  /** Unix seconds with an interval at 95 %; `latest` is Infinity when it may stay below. `perDay` is the growth, as a share of the whole. */
  | {
      readonly kind: 'fills'
      readonly earliest: number
      readonly likely: number
      readonly latest: number
      readonly perDay: number
      readonly fullest: number
    }
  /** It does not grow so that it could be told from chance, or not so fast, or its growth ceases. */
  | { readonly kind: 'holds' }
  | { readonly kind: 'not-known'; readonly hours: number }

/**
 * When the busiest hour of the day will use so large a share, from hourly shares of the last week. The daily cycle is divided out, and the
 * second half must grow at least half as fast as the whole, significantly for itself: a step, a start or a week-end does not.
 */
export function saturation(shares: Blocks, limit: number, span: Span): Saturation {
  const start = shares.findIndex((share) => share !== undefined)
  const present = shares.filter((share) => share !== undefined).length
  if (start < 0 || present < Math.max(MIN_HOURS, MIN_PRESENT * (shares.length - start))) return { kind: 'not-known', hours: present }
  const known = shares.slice(start)
  const filled: number[] = []
  for (const share of known) filled.push(share ?? filled.at(-1) ?? 0)
  const steady = withoutCycle(filled, HOURS_A_DAY)
  const values = steady.map((share, hour) => (known[hour] === undefined ? undefined : share))
  const [whole, half] = [trendOf(values, HOUR_SECONDS), trendOf(values.slice(Math.floor(values.length / 2)), HOUR_SECONDS)]
  if (whole.kind !== 'trend' || half.kind !== 'trend' || half.perSecond.likely < whole.perSecond.likely / 2) return { kind: 'holds' }
  const busiest = busiestHour(filled, steady)
  // What is known of an hour of the day comes from one of each day, and its neighbours.
  const doubt = Math.sqrt(whole.line.variance) / whole.line.mean / Math.sqrt((3 * values.length) / HOURS_A_DAY)
  const reachAt = (share: number): Reach =>
    forecastReach({ values, blockSeconds: HOUR_SECONDS, limit: limit / share, now: span.end, withinDays: WITHIN_DAYS })
  const [sooner, likely, later] = [reachAt(busiest * (1 + doubt)), reachAt(busiest), reachAt(busiest * Math.max(0.1, 1 - doubt))]
  const growth = { perDay: whole.perSecond.likely * 86_400, fullest: Math.max(...filled.slice(-HOURS_A_DAY)) }
  if (likely.kind === 'reached') return { kind: 'fills', earliest: span.end, likely: span.end, latest: span.end, ...growth }
  if (likely.kind !== 'reaches' || likely.likely > span.end + WITHIN_DAYS * 86_400) return { kind: 'holds' }
  const earliest = sooner.kind === 'reaches' ? sooner.earliest : span.end
  const latest = later.kind === 'reaches' ? later.latest : Infinity
  return { kind: 'fills', earliest, likely: likely.likely, latest, ...growth }
}

/** What the time of day makes of the busiest hour, at least 1; each hour with its neighbours, or chance would choose it. */
function busiestHour(shares: readonly number[], steady: readonly number[]): number {
  const day = shares.slice(-HOURS_A_DAY).map((share, hour) => share / (steady[steady.length - HOURS_A_DAY + hour] ?? share))
  return Math.max(1, ...day.map((_, hour) => mean([-1, 0, 1].map((step) => day.at((hour + step) % HOURS_A_DAY) ?? 1))))
}
