import type { Configuration, DecisionEntry } from '../user-rules/config-file.ts'
import type { Recommendation } from './recommendation.ts'

/** What somebody decided about recommendations. */
export interface Decision {
  readonly state: 'accepted' | 'dismissed'
  /** Who decided. */
  readonly by: string
  readonly reason: string
  /** Until when it holds, in Unix seconds; absent for one that holds until it is taken back. */
  readonly until?: number
  /** Whether it is about a recommendation. */
  readonly matches: (recommendation: Recommendation) => boolean
}

/** The decisions of a configuration file. */
export function configuredDecisions({ accepted = [], dismissed = [] }: Configuration): readonly Decision[] {
  return [...dismissed.map((entry) => configured('dismissed', entry)), ...accepted.map((entry) => configured('accepted', entry))]
}

/**
 * Takes decisions into account: what is proposed becomes accepted or dismissed while somebody says so. Where there are several, a
 * dismissal wins. What was applied or judged stays as it is: what happened is not a matter of opinion.
 */
export function decide(recommendations: readonly Recommendation[], decisions: readonly Decision[]): readonly Recommendation[] {
  const sorted = decisions.toSorted((a, b) => Number(b.state === 'dismissed') - Number(a.state === 'dismissed'))
  return recommendations.map((recommendation) => {
    const decision = recommendation.state === 'proposed' ? sorted.find(({ matches }) => matches(recommendation)) : undefined
    if (decision === undefined) return recommendation
    const { state, by, reason, until } = decision
    return { ...recommendation, state, decision: { by, reason, ...(until === undefined ? {} : { until }) } }
  })
}

function configured(state: Decision['state'], { by = 'configuration', reason = '', ...wanted }: DecisionEntry): Decision {
  return {
    state,
    by,
    reason,
    matches: ({ id, rule, service, subject }) => {
      const found: Readonly<Record<string, string>> = { id, rule, service, subject }
      return Object.entries(wanted).every(([field, value]) => found[field] === value)
    },
  }
}
