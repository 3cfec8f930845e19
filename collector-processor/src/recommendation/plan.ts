import type { Effort, Estimate, Phase, Recommendation } from './recommendation.ts'

const phases: readonly Phase[] = ['quick-win', 'next', 'later']
const phaseOf: Readonly<Record<Effort, Phase>> = { minutes: 'quick-win', hours: 'next', days: 'later' }

/**
 * Puts ranked recommendations into phases: by effort, and what changes the same subject one phase after what is ranked
 * before it, because its saving has to be measured anew then.
 */
export function plan(ranked: readonly Recommendation[]): readonly Recommendation[] {
  const latest = new Map<string, number>()
  return ranked.map((recommendation) => {
    const key = subjectOf(recommendation)
    const earliest = (latest.get(key) ?? -1) + 1
    const phase = Math.min(Math.max(phases.indexOf(phaseOf[recommendation.effort]), earliest), phases.length - 1)
    if (isOpen(recommendation)) latest.set(key, phase)
    return { ...recommendation, phase: phases[phase] ?? 'later' }
  })
}

/**
 * What all open recommendations save together, in seconds a second; what is saved in another unit is not added. Gains on
 * the same subject overlap and are counted once, the largest of them.
 */
export function total(recommendations: readonly Recommendation[]): Estimate {
  const bySubject = new Map<string, Recommendation>()
  for (const recommendation of recommendations.filter((one) => isOpen(one) && one.saving.unit === 's/s')) {
    const known = bySubject.get(subjectOf(recommendation))
    if (known === undefined || known.saving.lower < recommendation.saving.lower) bySubject.set(subjectOf(recommendation), recommendation)
  }
  const sum = (bound: keyof Estimate): number => [...bySubject.values()].reduce((total, { saving }) => total + saving[bound], 0)
  return { lower: sum('lower'), likely: sum('likely'), upper: sum('upper') }
}

function isOpen({ state }: Recommendation): boolean {
  return state === 'proposed' || state === 'accepted'
}

function subjectOf({ service, subject }: Recommendation): string {
  return JSON.stringify([service, subject])
}
