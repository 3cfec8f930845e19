import { HOURS_A_DAY } from '../prometheus/hours.ts'
import type { Blocks } from '../prometheus/series.ts'
import { independentShare, levelChange, MIN_POINTS } from './change-point.ts'
import { mean, variance } from './moments.ts'
import { type SteadyHours, steadyHours, type TooFewHours } from './steady-hours.ts'

/** An hour with fewer calls has no mean that could be compared. */
const MIN_CALLS = 10
/** The last so many hours tell where the level is now. */
const NOW_HOURS = 6

type Level = Pick<SteadyHours, 'offset' | 'steady'>

/** A level that rose, and is still up. Hours count from the beginning of the week. */
export interface Rise {
  readonly hour: number
  readonly ratio: number
  /** Seconds a call before, and their standard error. */
  readonly baseline: number
  readonly baselineError: number
}

/** Mean seconds a call of the hours of a week; how many hours there are, where that is fewer than a change of level asks for. */
export function hourlyMeans(seconds: Blocks, calls: Blocks): SteadyHours | TooFewHours {
  const means = calls.map((count, hour) => (count === undefined || count < MIN_CALLS ? undefined : (seconds[hour] ?? 0) / count))
  return steadyHours(means, MIN_POINTS)
}

/** The largest rise since the level last fell; undefined where there is none, or the level came back. */
export function riseOf({ offset, steady }: Level): Rise | undefined {
  const change = levelChange(steady, HOURS_A_DAY)
  if (change.kind !== 'changed') return undefined
  const [before, after] = [steady.slice(0, change.index), steady.slice(change.index)]
  if (change.ratio < 1) return riseOf({ offset: offset + change.index, steady: after })
  const baseline = mean(before)
  if (mean(steady.slice(-NOW_HOURS)) < (baseline + mean(after)) / 2) return undefined
  const baselineError = Math.sqrt(variance(before) / (before.length * independentShare(before)))
  return { hour: offset + change.index, ratio: change.ratio, baseline, baselineError }
}

/** By how much the level changed from before an hour to after it; undefined where one side is not known. */
export function changeAt({ offset, steady }: Level, hour: number): number | undefined {
  const [before, after] = [steady.slice(0, Math.max(0, hour - offset)), steady.slice(Math.max(0, hour - offset))]
  return before.length < NOW_HOURS || after.length < NOW_HOURS ? undefined : mean(after) / mean(before)
}
