import type { PrometheusClient } from '../prometheus/client.ts'
import { type Evidence, gather, type Span } from '../prometheus/evidence.ts'
import { questions } from '../prometheus/questions.ts'
import { type Subject, subjectKey } from '../prometheus/subject.ts'
import type { Cost, NamedRule } from '../rules/rule.ts'
import type { Settings } from '../settings.ts'
import type { Recommendation } from './recommendation.ts'
import { DAY_SECONDS, type DatedCost } from './sides.ts'
import { verify } from './verification.ts'

/** Longest time that is asked back for, in blocks: a change whose verdict waits longer gets none. */
const MAX_BLOCKS = 2_000

/** A verdict waits for the warm-up and half a window, in windows. */
const EARLIEST_VERDICT = 7 / 8

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
  // One block more than the windows before the change, because blocks are counted back from now and rarely begin with it.
  const blocks = Math.ceil((span.end - first) / span.blockSeconds) + span.windowBlocks * (1 + settings.earlierWindows) + 1
  const asOf = (end: number): Promise<Evidence> => gather(client, asked, { ...span, end, blocks: Math.min(blocks, MAX_BLOCKS) })
  const needsDayBefore = settings.lookbackMs / 1_000 > DAY_SECONDS && isDue(first, span)
  const [evidence, dayBefore] = await Promise.all([asOf(span.end), needsDayBefore ? asOf(span.end - DAY_SECONDS) : undefined])
  const changed = new Set(applied.map(({ service, subject }) => JSON.stringify([service, subject])))
  return recommendations.map((recommendation) => {
    const rule = rules.find(({ id }) => id === recommendation.rule)
    if (rule === undefined || recommendation.state !== 'applied') return recommendation
    return withVerdict(recommendation, rule, { evidence, dayBefore }, changed, settings)
  })
}

/** Whether there may be a verdict by now, so that the day before is worth asking for. */
function isDue(appliedAt: number, { end, windowBlocks, blockSeconds }: Span): boolean {
  return end - appliedAt >= EARLIEST_VERDICT * windowBlocks * blockSeconds
}

/** Answers about now, and about the same hours of the day before, block by block. */
interface Dated {
  readonly evidence: Evidence
  readonly dayBefore: Evidence | undefined
}

function withVerdict(
  recommendation: Recommendation,
  rule: NamedRule,
  { evidence, dayBefore }: Dated,
  changed: ReadonlySet<string>,
  settings: Settings,
): Recommendation {
  const subject: Subject = { service: recommendation.service, name: recommendation.subject, kind: rule.subjectKind }
  const verdict = verify({
    predicted: recommendation.saving,
    appliedAt: recommendation.appliedAt ?? evidence.span.end,
    cost: dated(rule.cost(evidence, subject, settings), dayBefore && rule.cost(dayBefore, subject, settings)),
    controls: rule.hasControls ? controlsOf(subject.service, { evidence, dayBefore }, changed) : [],
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
function controlsOf(service: string, { evidence, dayBefore }: Dated, changed: ReadonlySet<string>): readonly DatedCost[] {
  const unchanged = new Map(
    [questions.functionCalls, questions.loads]
      .flatMap((question) => evidence.of(question).subjects())
      .filter((subject) => subject.service === service && !changed.has(JSON.stringify([service, subject.name])))
      .map((subject) => [subjectKey(subject), subject]),
  )
  return [...unchanged.values()].map((subject) => dated(durations(evidence, subject), dayBefore && durations(dayBefore, subject)))
}

function durations(evidence: Evidence, subject: Subject): Cost {
  const isFunction = subject.kind === 'function'
  return {
    spent: evidence.of(isFunction ? questions.functionSeconds : questions.loadSeconds).total(subject),
    requests: evidence.of(isFunction ? questions.functionCalls : questions.loads).total(subject),
  }
}

function dated(cost: Cost, dayBefore: Cost | undefined): DatedCost {
  return dayBefore === undefined ? cost : { ...cost, dayBefore }
}
