import { studentTails } from '../../../../collector-processor/dist/prediction/student.js'
import { mean } from '../benchmark.ts'

/** Tells at which points the level of a series changes; none when it stays. */
export type ChangeDetector = (values: readonly number[]) => readonly number[]

/** Points that are compared with as many before them: a day of hours. */
const SIDE = 24
/** Smaller changes are none, for all detectors. */
const MIN_CHANGE = 0.05

/** What dashboards and alerts do: at each point, the day after it against the day before it, by ratio and t-test at p < 0.001. */
export const naiveRatio: ChangeDetector = (values) => {
  const found: number[] = []
  for (let index = SIDE; index + SIDE <= values.length; index++) {
    const [before, after] = [values.slice(index - SIDE, index), values.slice(index, index + SIDE)]
    if (isLarge(before, after) && tTest(before, after) < 0.001) found.push(index)
  }
  // Points beside each other tell of one change: its middle.
  const groups: number[][] = []
  for (const index of found) {
    const last = groups.at(-1)
    if (last !== undefined && index - (last.at(-1) ?? 0) <= 1) last.push(index)
    else groups.push([index])
  }
  return groups.map((group) => group[Math.floor(group.length / 2)] ?? 0)
}

/** Points of the windows in which Otava splits. */
const WINDOW = 50
const WEAK = 0.01
const STRONG = 0.001

/**
 * As Apache Otava (formerly Hunter) describes itself: splits by energy distance within windows of 50 points as long as a t-test is weakly
 * significant (ten times 0.001), then takes out, the weakest first, the points at which their neighbours do not differ at 0.001 and by 5 %.
 */
export const otavaLike: ChangeDetector = (values) => {
  const points = new Set<number>()
  for (let start = 0; start + WINDOW / 2 < values.length; start += WINDOW / 2) {
    const end = Math.min(values.length, start + WINDOW)
    split(values, start, end).forEach((point) => points.add(point))
  }
  const kept = [...points].toSorted((a, b) => a - b)
  for (;;) {
    const judged = kept.map((point, index) => {
      const [before, after] = [values.slice(kept[index - 1] ?? 0, point), values.slice(point, kept[index + 1] ?? values.length)]
      return { index, p: isLarge(before, after) ? tTest(before, after) : 1 }
    })
    const weakest = judged.toSorted((a, b) => b.p - a.p)[0]
    if (weakest === undefined || weakest.p < STRONG) return kept
    kept.splice(weakest.index, 1)
  }
}

function split(values: readonly number[], start: number, end: number): number[] {
  let best = { point: -1, energy: -Infinity }
  for (let point = start + 2; point <= end - 2; point++) {
    const energy = energyDistance(values.slice(start, point), values.slice(point, end))
    if (energy > best.energy) best = { point, energy }
  }
  if (best.point < 0 || tTest(values.slice(start, best.point), values.slice(best.point, end)) >= WEAK) return []
  return [...split(values, start, best.point), best.point, ...split(values, best.point, end)]
}

/** Of Matteson and James, 2014, with the weight for the numbers of points. */
function energyDistance(left: readonly number[], right: readonly number[]): number {
  const between = (a: readonly number[], b: readonly number[]): number =>
    mean(a.map((one) => mean(b.map((other) => Math.abs(one - other)))))
  const weight = (left.length * right.length) / (left.length + right.length)
  return weight * (2 * between(left, right) - between(left, left) - between(right, right))
}

function isLarge(before: readonly number[], after: readonly number[]): boolean {
  return Math.abs(mean(after) / mean(before) - 1) >= MIN_CHANGE
}

/** Welch's, on both sides, as if all points were independent. */
function tTest(before: readonly number[], after: readonly number[]): number {
  const [a, b] = [errorOf(before), errorOf(after)]
  if (before.length < 2 || after.length < 2 || a + b === 0) return 1
  const degrees = (a + b) ** 2 / (a ** 2 / (before.length - 1) + b ** 2 / (after.length - 1))
  return studentTails((mean(after) - mean(before)) / Math.sqrt(a + b), degrees)
}

/** Variance of the mean. */
function errorOf(values: readonly number[]): number {
  const centre = mean(values)
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1) / values.length
}
