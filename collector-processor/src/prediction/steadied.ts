import { type Weighted, weightedDeviation } from './interval.ts'

/**
 * The level of a window that was looked at because it stood out, freed of the chance that made it stand out: what it has above or below
 * the windows before it counts only as far as noise does not explain it. Its difference d, with a standard error s, is multiplied by
 * 1 − s² / d², at least by 0 (the positive part of James and Stein's estimator, 1961), so that a step stays and a lucky hour does not.
 * The plain mean without earlier values.
 */
export function steadied(window: readonly Weighted[], earlier: readonly Weighted[]): number {
  const level = meanOf(window)
  if (window.length < 2 || earlier.length < 2) return level
  const usual = meanOf(earlier)
  const difference = level - usual
  const noise = weightedDeviation(window) ** 2 / window.length + weightedDeviation(earlier) ** 2 / earlier.length
  return difference === 0 ? level : usual + difference * Math.max(0, 1 - noise / difference ** 2)
}

function meanOf(values: readonly Weighted[]): number {
  const weight = values.reduce((sum, one) => sum + one.weight, 0)
  return values.reduce((sum, one) => sum + one.value * one.weight, 0) / weight
}
