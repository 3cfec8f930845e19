import { advice, type AttributeKey, type NumberDefinition } from '@pitwall/sdk/contract'
import type { Recommendation, Report } from './recommendation.ts'

/** Open recommendations that are exported, at most: the best ones. It bounds the cardinality of all that follows. */
export const MAX_EXPORTED = 50

/** Characters of an attribute value that are exported; Grafana Cloud cuts at 2,048. */
const MAX_VALUE_LENGTH = 1_024

/** One number of the contract with its attributes: a series, at one moment. */
export interface Point {
  readonly metric: NumberDefinition
  readonly attributes: Readonly<Partial<Record<AttributeKey, string>>>
  readonly value: number
}

/**
 * The recommendations of a report as series of the contract: what Prometheus remembers, alerts on and draws. A report
 * without a verdict has none, so that nothing is concluded from it.
 */
export function recommendationSeries(report: Report): readonly Point[] {
  if (report.noVerdict !== undefined) return []
  return report.recommendations.slice(0, MAX_EXPORTED).flatMap(seriesOf)
}

function seriesOf(recommendation: Recommendation): Point[] {
  const { id, saving, createdAt, appliedAt, verifiedAt, actual, correction } = recommendation
  const { rule, title, service, subject, location, priority, effort, phase, state, runbook } = recommendation
  const info = { id, rule, title, service, subject, location, priority, effort, phase, state, runbook, advice: recommendation.advice }
  const { unit } = saving
  return [
    point(advice.info, info, 1),
    point(advice.saving, { id, unit, bound: 'lower' }, saving.lower),
    point(advice.saving, { id, unit, bound: 'likely' }, saving.likely),
    point(advice.saving, { id, unit, bound: 'upper' }, saving.upper),
    ...(correction === undefined ? [] : correctionSeries(id, correction)),
    point(advice.created, { id }, createdAt),
    ...(appliedAt === undefined ? [] : [point(advice.applied, { id }, appliedAt)]),
    ...(verifiedAt === undefined ? [] : [point(advice.verified, { id }, verifiedAt)]),
    ...(actual === undefined ? [] : [point(advice.actual, { id, unit }, actual)]),
  ].filter(({ value }) => Number.isFinite(value))
}

function correctionSeries(id: string, { likely, width }: NonNullable<Recommendation['correction']>): Point[] {
  return [
    point(advice.correction, { id, bound: 'likely' }, likely),
    point(advice.correction, { id, bound: 'lower' }, likely * width),
    point(advice.correction, { id, bound: 'upper' }, likely * width),
  ]
}

/** A point of a metric; an attribute that the metric does not declare does not compile. */
export function point<M extends NumberDefinition>(
  metric: M,
  attributes: { readonly [K in M['attributes'][number]]?: string },
  value: number,
): Point {
  const short = Object.entries<string | undefined>(attributes).map(([key, text]) => [key, text?.slice(0, MAX_VALUE_LENGTH)])
  return { metric, attributes: Object.fromEntries(short), value }
}
