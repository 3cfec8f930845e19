import { CallGraph, type CallPair } from './call-graph.ts'
import type { Dependency, Effort, Phase, Recommendation, Saving } from './recommendation.ts'
import { counted, isOpen, sameSubject, totals } from './total.ts'

const phases: readonly Phase[] = ['quick-win', 'next', 'later']
const phaseOf: Readonly<Record<Effort, Phase>> = { minutes: 'quick-win', hours: 'next', days: 'later' }

/** The open recommendations in the order in which to make the changes. */
export interface Plan {
  /** Phases that have recommendations, the first to do first; in each, none comes before what it waits for. */
  readonly phases: readonly { readonly phase: Phase; readonly recommendations: readonly Recommendation[] }[]
  /** What they save together, one total for each unit. The interval takes the errors of the predictions as independent. */
  readonly totals: readonly Saving[]
  /** Ids of those that no total counts, because their gain overlaps with that of one that is counted. */
  readonly uncounted: readonly string[]
}

/**
 * Puts ranked recommendations into phases by effort. One that overlaps with an earlier one, because both change the same subject or
 * one of them calls the other, waits for it in the phase after: its saving has to be measured anew then.
 */
export function inPhases(ranked: readonly Recommendation[], calls: readonly CallPair[] = []): readonly Recommendation[] {
  const graph = new CallGraph(calls)
  const placed = new Map<Recommendation, { readonly phase: number; readonly waitsFor: readonly Dependency[] }>()
  const byEffort = ranked.toSorted((a, b) => phases.indexOf(phaseOf[a.effort]) - phases.indexOf(phaseOf[b.effort]))
  for (const recommendation of byEffort) {
    const own = phases.indexOf(phaseOf[recommendation.effort])
    const earlier = isOpen(recommendation) ? [...placed].filter(([other]) => isOpen(other)) : []
    const found = earlier.flatMap(([other, { phase }]) => {
      const why = reason(other, recommendation, graph)
      return why === undefined ? [] : [{ phase, dependency: { id: other.id, why } }]
    })
    const phase = Math.min(Math.max(own, ...found.map((one) => one.phase + 1)), phases.length - 1)
    placed.set(recommendation, { phase, waitsFor: found.map(({ dependency }) => dependency) })
  }
  return ranked.map((recommendation) => {
    const { phase = 2, waitsFor = [] } = placed.get(recommendation) ?? {}
    return { ...recommendation, phase: phases[phase] ?? 'later', ...(waitsFor.length === 0 ? {} : { waitsFor }) }
  })
}

/** The plan of recommendations that have their phases. */
export function planOf(recommendations: readonly Recommendation[]): Plan {
  const open = recommendations.filter(isOpen)
  const inTotals = new Set(counted(open))
  return {
    phases: phases
      .map((phase) => ({ phase, recommendations: inOrder(open.filter((one) => one.phase === phase)) }))
      .filter((one) => one.recommendations.length > 0),
    totals: totals(open),
    uncounted: open.filter((one) => !inTotals.has(one)).map(({ id }) => id),
  }
}

/** As ranked, but for those that wait for one of the same phase: the last phase has no phase after it. */
function inOrder(ranked: readonly Recommendation[]): readonly Recommendation[] {
  const done: Recommendation[] = []
  const isFree = ({ waitsFor = [] }: Recommendation): boolean =>
    waitsFor.every(({ id }) => !ranked.some((other) => other.id === id) || done.some((other) => other.id === id))
  while (done.length < ranked.length) {
    const next = ranked.find((one) => !done.includes(one) && isFree(one))
    if (next === undefined) break
    done.push(next)
  }
  return done
}

function reason(earlier: Recommendation, later: Recommendation, graph: CallGraph): string | undefined {
  if (sameSubject(earlier, later)) return `both change ${later.subject}, or the cache in front of it`
  if (earlier.service !== later.service) return undefined
  if (graph.calls(later.service, earlier.subject, later.subject)) return `${earlier.subject} calls ${later.subject}`
  return graph.calls(later.service, later.subject, earlier.subject) ? `${later.subject} calls ${earlier.subject}` : undefined
}
