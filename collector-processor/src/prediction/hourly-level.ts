import { HOURS_A_DAY } from '../prometheus/hours.ts'
import type { Blocks } from '../prometheus/series.ts'
import { independentShare, levelChange, MIN_POINTS } from './change-point.ts'
import { mean, variance } from './moments.ts'
import { withoutCycle } from './steady-series.ts'

/** An hour with fewer calls has no mean that could be compared. */
const MIN_CALLS = 10
/** Share of the hours that must have one. */
const MIN_PRESENT = 0.8
/** The last so many hours tell where the level is now. */
const NOW_HOURS = 6

/** Mean durations of a week's hours, from the first one that is known, gaps filled with what was before them. */
export interface HourlyMeans {
  /** Hours before the first. */
  readonly offset: number
  /** Seconds a call, the daily cycle divided out. */
  readonly steady: readonly number[]
  /** What the time of day makes of it, for each hour: 1.2 where calls take 20 % longer. */
  readonly cycle: readonly number[]
}

/** A level that rose, and is still up. Hours count from the beginning of the week. */
export interface Rise {
  readonly hour: number
  readonly ratio: number
  /** Seconds a call before, and their standard error. */
  readonly baseline: number
  readonly baselineError: number
}

/** Hourly means from seconds and calls; how many hours there are, where that is too few: 64, and four of five of them, are needed. */
export function hourlyMeans(seconds: Blocks, calls: Blocks): HourlyMeans | { readonly hours: number } {
  const means = calls.map((count, hour) => (count === undefined || count < MIN_CALLS ? undefined : (seconds[hour] ?? 0) / count))
  const offset = means.findIndex((value) => value !== undefined)
  const known = means.filter((value) => value !== undefined).length
  if (offset < 0 || known < Math.max(MIN_POINTS, MIN_PRESENT * (means.length - offset))) return { hours: known }
  const filled: number[] = []
  for (const value of means.slice(offset)) filled.push(value ?? filled.at(-1) ?? 0)
  const steady = withoutCycle(filled, HOURS_A_DAY)
  return { offset, steady, cycle: filled.map((value, hour) => value / (steady[hour] ?? value)) }
}

/** The largest rise since the level last fell; undefined where there is none, or the level came back. */
export function riseOf({ offset, steady }: HourlyMeans): Rise | undefined {
  const change = levelChange(steady, HOURS_A_DAY)
  if (change.kind !== 'changed') return undefined
  const [before, after] = [steady.slice(0, change.index), steady.slice(change.index)]
  if (change.ratio < 1) return riseOf({ offset: offset + change.index, steady: after, cycle: [] })
  const baseline = mean(before)
  if (mean(steady.slice(-NOW_HOURS)) < (baseline + mean(after)) / 2) return undefined
  const baselineError = Math.sqrt(variance(before) / (before.length * independentShare(before)))
  return { hour: offset + change.index, ratio: change.ratio, baseline, baselineError }
}

/** By how much the level changed from before an hour to after it; undefined where one side is not known. */
export function changeAt({ offset, steady }: HourlyMeans, hour: number): number | undefined {
  const [before, after] = [steady.slice(0, Math.max(0, hour - offset)), steady.slice(Math.max(0, hour - offset))]
  return before.length < NOW_HOURS || after.length < NOW_HOURS ? undefined : mean(after) / mean(before)
}
