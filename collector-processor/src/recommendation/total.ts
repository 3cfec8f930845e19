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
 * The open recommendations whose savings may be added up: the ones with the largest lower bounds, and none that overlaps with a
 * counted one of the same unit, because the second of two such changes finds less left to save.
 */
export function counted(recommendations: readonly Recommendation[]): readonly Recommendation[] {
  const open = recommendations.filter(isOpen).toSorted((a, b) => b.saving.lower - a.saving.lower || (a.id < b.id ? -1 : 1))
  const taken: Recommendation[] = []
  for (const one of open) {
    if (!taken.some((other) => other.saving.unit === one.saving.unit && overlap(one, other))) taken.push(one)
  }
  return taken
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
