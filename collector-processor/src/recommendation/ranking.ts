import type { Effort, Priority, Recommendation, State } from './recommendation.ts'
import { isOpen } from './total.ts'
import { type UnitWorth, worthOf } from './worth.ts'

/** Hours that a change takes: what the lower bound of its saving is divided by. */
const hours: Readonly<Record<Effort, number>> = { minutes: 0.5, hours: 4, days: 16 }

/** Open work comes before what was done, and both before what lapsed or is not wanted. */
const order: Readonly<Record<State, number>> = { proposed: 0, accepted: 0, applied: 1, verified: 2, refuted: 2, stale: 3, dismissed: 3 }

/** Best first: state, then what the saving is worth against the effort, then the id, so that the order never wavers. */
export function rank(recommendations: readonly Recommendation[], units: UnitWorth): readonly Recommendation[] {
  const worth = ({ saving, effort }: Recommendation): number => worthOf(saving, units) / hours[effort]
  return recommendations.toSorted(
    (a, b) => order[a.state] - order[b.state] || worth(b) - worth(a) || (a.id < b.id ? -1 : Number(a.id > b.id)),
  )
}

/** The best of those that are open, and as many of the others: what waits for its verdict is not lost behind what is new. */
export function best(ranked: readonly Recommendation[], most: number): readonly Recommendation[] {
  const open = ranked.filter(isOpen)
  return [...open.slice(0, most), ...ranked.filter((one) => !isOpen(one)).slice(0, most)]
}

/**
 * Priority by what the saving is worth, in seconds of work saved a second: one is a whole processor's worth, or a
 * call that is always running. What has to be investigated first is at most `medium`.
 */
export function priorityOf(worth: number, isCertain: boolean): Priority {
  const priority: Priority = worth >= 1 ? 'critical' : worth >= 0.25 ? 'high' : worth >= 0.05 ? 'medium' : 'low'
  return isCertain || priority === 'low' ? priority : 'medium'
}
