import { silencedDecisions } from './alerts/silences.ts'
import type { Emitter } from './emitters/emitter.ts'
import { healthOf } from './health/health.ts'
import { healthQuestions } from './health/questions.ts'
import type { PrometheusClient } from './prometheus/client.ts'
import { PrometheusError } from './prometheus/error.ts'
import type { Evidence, Span } from './prometheus/evidence.ts'
import { gatherWithHours } from './prometheus/hours.ts'
import { newestSample } from './prometheus/newest-sample.ts'
import { questions } from './prometheus/questions.ts'
import { callPairs } from './recommendation/call-graph.ts'
import { type Decision, decide } from './recommendation/decision.ts'
import { followUp } from './recommendation/follow-up.ts'
import { readHistory } from './recommendation/history.ts'
import { follow, type Judgement } from './recommendation/lifecycle.ts'
import { inPhases } from './recommendation/plan.ts'
import { best, rank } from './recommendation/ranking.ts'
import type { Report } from './recommendation/recommendation.ts'
import { discoverRules, type NamedRule } from './rules/rule.ts'
import { formatSeconds } from './text/numbers.ts'
import { blockSecondsOf, type Settings } from './settings.ts'

/** What one evaluation needs. */
export interface Cycle {
  readonly settings: Settings
  readonly client: PrometheusClient
  /** Moment of the evaluation in Unix seconds; now by default. */
  readonly now?: number
  /** Where the report is published; nowhere by default. */
  readonly emitters?: readonly Emitter[]
  /** Called with one sentence for every emitter that could not publish. */
  readonly onEmitError?: (sentence: string) => void
  /** The rules that judge; those of the folder `rules` by default. */
  readonly rules?: readonly NamedRule[]
  /** What the configuration accepts and dismisses, beside the silences of Alertmanager. */
  readonly decisions?: readonly Decision[]
}

/**
 * One evaluation: query, evaluate, verify, decide, rank, plan, emit. It keeps nothing: what was proposed, applied and verified
 * before is read back from Prometheus, what people decided from Alertmanager and the configuration. Never rejects for what is wrong
 * with Prometheus or an emitter: the report then says in `noVerdict` why nothing was concluded, and has no recommendations.
 */
export async function runCycle(cycle: Cycle): Promise<Report> {
  const { now = Date.now() / 1_000, emitters = [], onEmitError = () => {} } = cycle
  const stop = new AbortController()
  const report = await judge({ ...cycle, client: stoppable(cycle.client, stop.signal), now }).catch((error: unknown) =>
    noVerdict(error, now),
  )
  // After a failure others may still wait for their turn: a Prometheus in trouble is spared them, and the next cycle the wait.
  stop.abort()
  await Promise.all(emitters.map((emitter) => emitter.emit(report).catch((error: unknown) => onEmitError(sentenceOf(error)))))
  return report
}

async function judge({ settings, client, now, rules: given, decisions = [] }: Cycle & { readonly now: number }): Promise<Report> {
  const rules = given ?? (await discoverRules())
  const warnings: string[] = []
  const [newest, past, silenced] = await Promise.all([
    newestSample(client, now, settings.windowMs / 1_000),
    readHistory(client, now, settings.lookbackMs / 1_000),
    silencedDecisions(settings).catch((error: unknown): readonly Decision[] => {
      warnings.push(sentenceOf(error))
      return []
    }),
  ])
  const span = spanOf(settings, now, newest)
  const asked = [...rules.flatMap((rule) => rule.questions), questions.places, questions.callers, ...healthQuestions]
  const evidence = await gatherWithHours(client, asked, span, (sentence) => warnings.push(sentence))
  if (isEmpty(evidence, rules) && past.size === 0) throw new PrometheusError(nothingThere(settings))
  const followed = follow(evaluate(rules, evidence, settings), { rules, evidence, past, settings, now })
  const verified = await followUp(followed.recommendations, { rules, client, settings, span })
  const decided = decide(verified, [...decisions, ...silenced])
  const told = best(rank(decided, settings), settings.maxRecommendations)
  const report: Report = {
    recommendations: inPhases(told, callPairs(evidence)),
    notAdvised: followed.notAdvised,
    health: healthOf(evidence, decided, settings),
    evaluatedAt: now,
  }
  return warnings.length === 0 ? report : { ...report, warnings }
}

/**
 * The evidence ends with the data: where the clock of whoever took the samples is behind ours, or the agents have stopped,
 * the blocks after the newest sample are not blocks in which nothing happened.
 */
function spanOf(settings: Settings, now: number, newest = Infinity): Span {
  const { blocks, earlierWindows, scrapeIntervalMs, queryOffsetMs = 2 * scrapeIntervalMs } = settings
  const end = Math.min(now - queryOffsetMs / 1_000, newest)
  return { end, blockSeconds: blockSecondsOf(settings), blocks: blocks * (1 + earlierWindows), windowBlocks: blocks }
}

function stoppable(client: PrometheusClient, signal: AbortSignal): PrometheusClient {
  return {
    query: (promql, time) => client.query(promql, time, signal),
    queryRange: (promql, range) => client.queryRange(promql, range, signal),
  }
}

function evaluate(rules: readonly NamedRule[], evidence: Evidence, settings: Settings): readonly Judgement[] {
  return rules.flatMap((rule) => rule.evaluate(evidence, settings).map((answer) => ({ rule, answer })))
}

function isEmpty(evidence: Evidence, rules: readonly NamedRule[]): boolean {
  return rules.every((rule) => rule.questions.every((question) => evidence.of(question).subjects().length === 0))
}

function nothingThere({ prometheusUrl, windowMs }: Settings): string {
  return `Prometheus at ${prometheusUrl} has no metrics of Pitwall from the last ${formatSeconds(windowMs / 1_000)}; start an agent with --import @pitwall/sdk/register.`
}

function noVerdict(error: unknown, now: number): Report {
  // Anything else is a mistake of ours, and hiding it would make it look like a quiet fleet.
  if (!(error instanceof PrometheusError)) throw error
  return { recommendations: [], notAdvised: [], evaluatedAt: now, noVerdict: error.message }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
