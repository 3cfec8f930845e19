import type { Estimate, Recommendation, Saving } from './recommendation.ts'

/**
 * Sum of estimates whose errors are independent: the likely values are added, the distances to the bounds as the root of their
 * squares, each side for itself. The sum of the bounds would be reached only if all were off to the same side at once.
 */
export function combined(estimates: readonly Estimate[]): Estimate {
  const likely = estimates.reduce((sum, estimate) => sum + estimate.likely, 0)
  return {
    lower: likely - Math.hypot(...estimates.map((estimate) => estimate.likely - estimate.lower)),
    likely,
    upper: likely + Math.hypot(...estimates.map((estimate) => estimate.upper - estimate.likely)),
  }
}

/**
 * The open recommendations whose savings may be added up: no two of one unit that overlap, because the second of such changes finds less
 * left to save. Of two ways to choose, the largest first and those that overlap with the fewest first, the one that surely saves more:
 * a function that calls all others must not keep their gains out.
 */
export function counted(recommendations: readonly Recommendation[]): readonly Recommendation[] {
  const open = recommendations.filter(isOpen).toSorted((a, b) => b.saving.lower - a.saving.lower || (a.id < b.id ? -1 : 1))
  return units.flatMap((unit) => {
    const ofUnit = open.filter(({ saving }) => saving.unit === unit)
    const overlaps = new Map(ofUnit.map((one) => [one, ofUnit.filter((other) => overlap(one, other)).length]))
    const [largest, loosest] = [apart(ofUnit), apart(ofUnit.toSorted((a, b) => (overlaps.get(a) ?? 0) - (overlaps.get(b) ?? 0)))]
    return lowerSum(loosest) > lowerSum(largest) ? loosest : largest
  })
}

/** In order, those that do not overlap with one that was taken. */
function apart(recommendations: readonly Recommendation[]): readonly Recommendation[] {
  const taken: Recommendation[] = []
  for (const one of recommendations) if (!taken.some((other) => overlap(one, other))) taken.push(one)
  return taken
}

function lowerSum(recommendations: readonly Recommendation[]): number {
  return recommendations.reduce((sum, { saving }) => sum + saving.lower, 0)
}

/** What all open recommendations save together, one total for each unit, seconds first; gains that overlap are counted once. */
export function totals(recommendations: readonly Recommendation[]): readonly Saving[] {
  const all = counted(recommendations).map(({ saving }) => saving)
  return units.flatMap((unit) => {
    const savings = all.filter((saving) => saving.unit === unit)
    return savings.length === 0 ? [] : [{ unit, ...combined(savings) }]
  })
}

const units = ['s/s', 'By', 'usd/h', 'ratio'] as const

/** Whether it is still to be done. */
export function isOpen({ state }: Recommendation): boolean {
  return state === 'proposed' || state === 'accepted'
}

/** Whether both change the same thing; a function and the cache in front of it share their name. */
export function sameSubject(a: Recommendation, b: Recommendation): boolean {
  return a.service === b.service && a.subject === b.subject
}

/** Whether what one of them saves may be a part of what the other does: the plan has found that one waits for the other. */
function overlap(a: Recommendation, b: Recommendation): boolean {
  return sameSubject(a, b) || waits(a, b) || waits(b, a)
}

function waits(later: Recommendation, earlier: Recommendation): boolean {
  return later.waitsFor?.some(({ id }) => id === earlier.id) ?? false
}
