import { trendOf } from '../sampling/trend.ts'
import type { HeapReading } from './growth-windows.ts'
import { partialTrend } from './partial-trend.ts'

/** Memory that grows. */
export interface HeapGrowth {
  readonly bytesPerHour: number
  /** The same by what stays in all. */
  readonly sharePerHour: number
}

/** What growth must be to count as a leak. */
export interface GrowthCriteria {
  /** Windows that have a reading. */
  readonly points: number
  /** Probability of such a trend by chance: of Mann and Kendall. */
  readonly pValue: number
  /** Standard errors by which growth with time is told from growth with its causes. */
  readonly significance: number
}

/** A leak is warned of, and exported. */
export const established: GrowthCriteria = { points: 24, pValue: 0.001, significance: 5 }
/** It may become one: its sites are looked for. */
export const suspected: GrowthCriteria = { points: 16, pValue: 0.01, significance: 3 }

/** Growth is steady where each quarter adds so much of what they add on average, and the last one so much of the first. */
const LEAST_QUARTER = 0.4
const LEAST_LAST = 0.6

/** Standard errors by which the series bends down, as a cache does that fills. */
const LEVELS_OFF = -3

/** Growth that was found is not over while the last quarter adds this share of it. */
const STILL = 0.25

const HOUR_MS = 3_600_000

/**
 * Growth of the floor of memory that calls under way and caches do not account for; undefined where there is none, or where
 * it could be anything else: a step, a filling cache whose growth gets less, too few collections.
 * @param leastShare growth in the time of these readings, by what stays, that counts
 */
export function growthOf(floors: readonly HeapReading[], criteria: GrowthCriteria, leastShare: number): HeapGrowth | undefined {
  if (floors.length < criteria.points) return undefined
  const { times, bytes, causes } = columns(floors)
  const { significance, rest } = partialTrend(times, bytes, causes)
  const middle = mean(times)
  const bend = partialTrend(
    times.map((time) => (time - middle) ** 2),
    bytes,
    [...causes, times],
  )
  const trend = trendOf(times, rest)
  if (trend === undefined) return undefined
  const bytesPerHour = trend.slopePerMinute * 60
  const sharePerHour = bytesPerHour / mean(bytes)
  const hours = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / HOUR_MS
  const isLarge = sharePerHour * hours >= leastShare
  const isTrend = trend.pValue <= criteria.pValue && significance >= criteria.significance
  return isLarge && isTrend && bend.significance > LEVELS_OFF && isSteady(rest) ? { bytesPerHour, sharePerHour } : undefined
}

/** Whether growth that was found goes on, though no longer all that it takes to find it may be there. */
export function goesOn(floors: readonly HeapReading[], { bytesPerHour }: HeapGrowth): boolean {
  const { times, bytes, causes } = columns(floors)
  const steps = quarterSteps(partialTrend(times, bytes, causes).rest)
  const [, , lastHours = 0] = quarterSteps(times.map((time) => time / HOUR_MS))
  return (steps.at(-1) ?? 0) >= STILL * bytesPerHour * lastHours
}

/** Whether it grows throughout: neither in one step, nor less and less. */
function isSteady(series: readonly number[]): boolean {
  const steps = quarterSteps(series)
  const [firstStep = 0, , lastStep = 0] = steps
  return Math.min(...steps) >= LEAST_QUARTER * mean(steps) && lastStep >= LEAST_LAST * firstStep
}

/** By how much each quarter is above the one before it, on average. */
function quarterSteps(series: readonly number[]): number[] {
  const quarter = series.length / 4
  const levels = [0, 1, 2, 3].map((index) => mean(series.slice(Math.round(index * quarter), Math.round((index + 1) * quarter))))
  return levels.slice(1).map((level, index) => level - (levels[index] ?? 0))
}

function columns(floors: readonly HeapReading[]) {
  const causes = floors[0]?.causes ?? []
  return {
    times: floors.map(({ at }) => at),
    bytes: floors.map((floor) => floor.bytes),
    causes: causes.map((_, index) => floors.map((floor) => floor.causes[index] ?? 0)),
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
