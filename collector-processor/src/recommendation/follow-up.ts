import type { PrometheusClient } from '../prometheus/client.ts'
import { type Evidence, gather, type Span } from '../prometheus/evidence.ts'
import { questions } from '../prometheus/questions.ts'
import { type Subject, subjectKey } from '../prometheus/subject.ts'
import type { Cost, NamedRule } from '../rules/rule.ts'
import type { Settings } from '../settings.ts'
import type { Recommendation } from './recommendation.ts'
import { verify } from './verification.ts'

/** Longest time that is asked back for, in blocks: a change whose verdict waits longer gets none. */
const MAX_BLOCKS = 2_000

const controlQuestions = [questions.functionSeconds, questions.functionCalls, questions.loadSeconds, questions.loads] as const

/** What following up needs. */
export interface FollowUp {
  readonly rules: readonly NamedRule[]
  readonly client: PrometheusClient
  readonly settings: Settings
  /** The span of the cycle: its end and the length of a block. */
  readonly span: Span
}

/** Verifies what was applied and has no verdict yet. Asks nothing when there is no such recommendation. */
export async function followUp(
  recommendations: readonly Recommendation[],
  { rules, client, settings, span }: FollowUp,
): Promise<readonly Recommendation[]> {
  const applied = recommendations.filter(({ state }) => state === 'applied')
  const first = Math.min(...applied.map(({ appliedAt = Infinity }) => appliedAt))
  if (first === Infinity) return recommendations
  const concerned = rules.filter(({ id }) => applied.some(({ rule }) => rule === id))
  const asked = [...concerned.flatMap(({ costQuestions }) => costQuestions), ...controlQuestions]
  // One block more than a window before the change, because blocks are counted back from now and rarely begin with it.
  const blocks = Math.ceil((span.end - first) / span.blockSeconds) + span.windowBlocks + 1
  const evidence = await gather(client, asked, { ...span, blocks: Math.min(blocks, MAX_BLOCKS) })
  const changed = new Set(applied.map(({ service, subject }) => JSON.stringify([service, subject])))
  return recommendations.map((recommendation) => {
    const rule = rules.find(({ id }) => id === recommendation.rule)
    if (rule === undefined || recommendation.state !== 'applied') return recommendation
    return withVerdict(recommendation, rule, evidence, changed, settings)
  })
}

function withVerdict(
  recommendation: Recommendation,
  rule: NamedRule,
  evidence: Evidence,
  changed: ReadonlySet<string>,
  settings: Settings,
): Recommendation {
  const subject: Subject = { service: recommendation.service, name: recommendation.subject, kind: rule.subjectKind }
  const verdict = verify({
    predicted: recommendation.saving,
    appliedAt: recommendation.appliedAt ?? evidence.span.end,
    cost: rule.cost(evidence, subject, settings),
    controls: rule.hasControls ? controlsOf(subject.service, evidence, changed) : [],
    span: evidence.span,
    minRequests: settings.minRequests,
  })
  if (verdict.kind === 'waiting') return { ...recommendation, evidence: [`Waits for ${verdict.needs}.`] }
  return {
    ...recommendation,
    state: verdict.kind,
    verifiedAt: evidence.span.end,
    actual: verdict.actual.likely,
    evidence: verdict.evidence,
  }
}

/** Mean durations of the functions of a service, and of the loads of its caches, that nobody changed meanwhile. */
function controlsOf(service: string, evidence: Evidence, changed: ReadonlySet<string>): readonly Cost[] {
  const [seconds, calls, loadSeconds, loads] = controlQuestions.map((question) => evidence.of(question))
  const unchanged = new Map(
    [...(calls?.subjects() ?? []), ...(loads?.subjects() ?? [])]
      .filter((subject) => subject.service === service && !changed.has(JSON.stringify([service, subject.name])))
      .map((subject) => [subjectKey(subject), subject]),
  )
  return [...unchanged.values()].flatMap((subject) => {
    const [spent, requests] = subject.kind === 'function' ? [seconds, calls] : [loadSeconds, loads]
    return spent === undefined || requests === undefined ? [] : [{ spent: spent.total(subject), requests: requests.total(subject) }]
  })
}
