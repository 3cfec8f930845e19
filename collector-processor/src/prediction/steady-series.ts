import { mean, median, variance } from './moments.ts'

/** A cycle must have been seen so many times; with fewer, chance is taken for one. */
const MIN_CYCLES = 4

/**
 * Divides a series of positive numbers by its daily cycle: the median, for each point of the day, of values over the mean of the day
 * around them. Unchanged where fewer than four days were seen, or where the variation around the day's mean falls by less than 30 %.
 */
export function withoutCycle(values: readonly number[], pointsPerDay: number): readonly number[] {
  if (!Number.isInteger(pointsPerDay) || pointsPerDay < 2 || values.length < MIN_CYCLES * pointsPerDay) return values
  const ratios = values.map((value, index) => {
    const start = Math.min(Math.max(0, index - Math.floor(pointsPerDay / 2)), values.length - pointsPerDay)
    return value / mean(values.slice(start, start + pointsPerDay))
  })
  const phases = Array.from({ length: pointsPerDay }, (_, phase) =>
    median(ratios.filter((_value, index) => index % pointsPerDay === phase)),
  )
  const level = mean(phases)
  const factor = (index: number): number => (phases[index % pointsPerDay] ?? level) / level
  const steadied = ratios.map((ratio, index) => ratio / factor(index))
  return variance(steadied) < 0.7 * variance(ratios) ? values.map((value, index) => value / factor(index)) : values
}

/** Clips what lies more than three deviations from the median of the eleven points around it (Hampel, 1974). */
export function withoutSpikes(values: readonly number[]): readonly number[] {
  return values.map((value, index) => {
    const around = values.slice(Math.max(0, index - 5), index + 6)
    const centre = median(around)
    const limit = 3 * 1.4826 * median(around.map((other) => Math.abs(other - centre)))
    return Math.min(centre + limit, Math.max(centre - limit, value))
  })
}
