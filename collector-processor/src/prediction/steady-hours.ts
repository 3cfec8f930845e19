import { HOURS_A_DAY } from '../prometheus/hours.ts'
import type { Blocks } from '../prometheus/series.ts'
import { withoutCycle } from './steady-series.ts'

/** Share of the hours that must have a value. */
const MIN_PRESENT = 0.8

/** Hours of a week from the first one that is known, gaps filled with what was before them. */
export interface SteadyHours {
  /** Hours before the first. */
  readonly offset: number
  /** The value of each hour, the daily cycle divided out. */
  readonly steady: readonly number[]
  /** What the time of day makes of it, for each hour: 1.2 where the value is 20 % larger. */
  readonly cycle: readonly number[]
}

/** Too few hours to tell: how many have a value. */
export interface TooFewHours {
  readonly hours: number
}

/** Hours that can be compared with each other, where so many of them, and four of five since the first, have a value. */
export function steadyHours(values: Blocks, minHours: number): SteadyHours | TooFewHours {
  const offset = values.findIndex((value) => value !== undefined)
  const known = values.filter((value) => value !== undefined).length
  if (offset < 0 || known < Math.max(minHours, MIN_PRESENT * (values.length - offset))) return { hours: known }
  const filled: number[] = []
  for (const value of values.slice(offset)) filled.push(value ?? filled.at(-1) ?? 0)
  const steady = withoutCycle(filled, HOURS_A_DAY)
  return { offset, steady, cycle: filled.map((value, hour) => (value === 0 ? 1 : value / (steady[hour] ?? value))) }
}
