import { type AttributeKey, type HistogramDefinition, type NumberDefinition, prometheusLabel, prometheusName } from '@pitwall/sdk/contract'

/** Labels of who sent a series, and the bucket of a histogram. */
type IdentityKey = 'service.name' | 'service.instance.id' | 'le'

/** Equal to these values; a label that the metric does not declare does not compile. */
type Where<M extends { readonly attributes: readonly AttributeKey[] }> = { readonly [K in M['attributes'][number]]?: string }

/** What the dashboard's variables have chosen. */
const chosen = [
  [prometheusLabel('service.name'), '=~', '$service'],
  [prometheusLabel('service.instance.id'), '=~', '$instance'],
] as const

/** Series of a metric from the chosen services and instances. */
export function select<M extends NumberDefinition>(metric: M, where: Where<M> = {}): string {
  return prometheusName(metric) + matchers([...chosen, ...equal(where)])
}

/** One part of a histogram's series from the chosen services and instances. */
export function selectPart<M extends HistogramDefinition>(metric: M, part: 'bucket' | 'sum' | 'count', where: Where<M> = {}): string {
  return `${prometheusName(metric)}_${part}${matchers([...chosen, ...equal(where)])}`
}

/** Series that the optimizer sends: their identity is its own, whatever service is chosen. */
export function selectAdvice<M extends NumberDefinition>(metric: M, where: Where<M> = {}): string {
  return prometheusName(metric) + matchers(equal(where))
}

/** Growth a second of each counter, over the interval that Grafana finds right for the range. */
export function rate(selector: string): string {
  return `rate(${selector}[$__rate_interval])`
}

/** One series for each combination of the labels; one in all without any. */
export function aggregate(how: 'sum' | 'max' | 'count', by: readonly (AttributeKey | IdentityKey)[], expression: string): string {
  return by.length === 0 ? `${how}(${expression})` : `${how} by (${by.map(prometheusLabel).join(', ')}) (${expression})`
}

/** A quantile of a histogram's rate, one for each combination of the labels. */
export function quantile<M extends HistogramDefinition>(
  share: number,
  metric: M,
  by: readonly AttributeKey[],
  where: Where<M> = {},
): string {
  return `histogram_quantile(${share}, ${aggregate('sum', [...by, 'le'], rate(selectPart(metric, 'bucket', where)))})`
}

/** Zero instead of nothing, for counts where nothing happened yet. */
export function orZero(expression: string): string {
  return `${expression} or vector(0)`
}

function equal(where: Readonly<Record<string, string | undefined>>): [string, string, string][] {
  return Object.entries(where).flatMap(([key, value]) => (value === undefined ? [] : [[prometheusLabel(key), '=', value]]))
}

function matchers(conditions: readonly (readonly [string, string, string])[]): string {
  return conditions.length === 0 ? '' : `{${conditions.map(([label, operator, value]) => `${label}${operator}"${value}"`).join(',')}}`
}
