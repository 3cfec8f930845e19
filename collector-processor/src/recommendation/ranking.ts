import type { Effort, Priority, Recommendation, State } from './recommendation.ts'

/** Hours that a change takes: what the lower bound of its saving is divided by. */
const hours: Readonly<Record<Effort, number>> = { minutes: 0.5, hours: 4, days: 16 }

/** Open work comes before what was done, and both before what lapsed. */
const order: Readonly<Record<State, number>> = { proposed: 0, accepted: 0, applied: 1, verified: 2, refuted: 2, stale: 3 }

/** Best first: state, then the lower bound of the saving against the effort, then the id, so that the order never wavers. */
export function rank(recommendations: readonly Recommendation[]): readonly Recommendation[] {
  const worth = ({ saving, effort }: Recommendation): number => saving.lower / hours[effort]
  return recommendations.toSorted(
    (a, b) => order[a.state] - order[b.state] || worth(b) - worth(a) || (a.id < b.id ? -1 : Number(a.id > b.id)),
  )
}

/**
 * Priority by the lower bound of the saving, in seconds of work saved a second: one is a whole processor's worth, or a
 * call that is always running. What has to be investigated first is at most `medium`.
 */
export function priorityOf(lower: number, isCertain: boolean): Priority {
  const priority: Priority = lower >= 1 ? 'critical' : lower >= 0.25 ? 'high' : lower >= 0.05 ? 'medium' : 'low'
  return isCertain || priority === 'low' ? priority : 'medium'
}
