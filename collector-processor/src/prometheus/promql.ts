import { type AttributeKey, type HistogramDefinition, type MetricDefinition, prometheusLabel, prometheusName } from '@pitwall/sdk/contract'

/** Resource attributes that every series carries as labels, whichever way it came. */
export type IdentityKey = 'service.name' | 'service.namespace' | 'service.instance.id' | 'service.version'

/** A label that a metric's series can have: one of its attributes, who sent it, or the bucket of a histogram. */
export type LabelOf<M extends MetricDefinition> = M['attributes'][number] | IdentityKey | (M extends HistogramDefinition ? 'le' : never)

/** A label that rows can be told apart by; `__name__` is the metric itself, `part` the question of several in one query. */
export type LabelKey = AttributeKey | IdentityKey | 'le' | '__name__' | 'part'

/** The series of a histogram: cumulative buckets, sum of the values, number of them. */
export type HistogramPart = 'bucket' | 'sum' | 'count'

/** A condition on a label: equal to a text, or anything but it. */
export type Condition = string | { readonly not: string }

/** Conditions by label; a label that the metric does not have does not compile. */
export type Where<M extends MetricDefinition> = { readonly [K in LabelOf<M>]?: Condition }

/** Selector of a gauge's or counter's series: `pitwall_cache_requests_total{pitwall_cache_result="hit"}`. */
export function select<M extends MetricDefinition & { readonly kind: 'gauge' | 'counter' | 'updowncounter' }>(
  metric: M,
  where: Where<M> = {},
): string {
  return prometheusName(metric) + matchers(where)
}

/** Selector of one part of a histogram's series. */
export function selectPart<M extends HistogramDefinition>(metric: M, part: HistogramPart, where: Where<M> = {}): string {
  return `${prometheusName(metric)}_${part}${matchers(where)}`
}

/** By how much each counter of a selector grew in the seconds before the moment of evaluation; restarts are allowed for. */
export function increase(selector: string, seconds: number): string {
  return `increase(${selector}[${range(seconds)}])`
}

/** The last value of each series of a selector within the seconds before the moment of evaluation. */
export function last(selector: string, seconds: number): string {
  return `last_over_time(${selector}[${range(seconds)}])`
}

/** The mean of each gauge of a selector over the seconds before the moment of evaluation. */
export function average(selector: string, seconds: number): string {
  return `avg_over_time(${selector}[${range(seconds)}])`
}

/** One series for each combination of the labels. */
export function aggregate(how: 'sum' | 'min' | 'max', by: readonly LabelKey[], expression: string): string {
  return `${how} by (${by.map(prometheusLabel).join(', ')}) (${expression})`
}

/** Several metrics in one selector, for what is read back whole. */
export function selectAny(metrics: readonly MetricDefinition[]): string {
  return `{__name__=~${quoted(metrics.map(prometheusName).join('|'))}}`
}

/** Seconds as a PromQL duration, to the millisecond. */
export function range(seconds: number): string {
  return `${Math.max(1, Math.round(seconds * 1_000))}ms`
}

function matchers(where: Readonly<Record<string, Condition | undefined>>): string {
  const conditions = Object.entries(where).flatMap(([label, condition]) => {
    if (condition === undefined) return []
    const [operator, value] = typeof condition === 'string' ? ['=', condition] : ['!=', condition.not]
    return [`${prometheusLabel(label)}${operator}${quoted(value)}`]
  })
  return conditions.length === 0 ? '' : `{${conditions.join(',')}}`
}

/** A label value as a PromQL string: backslash, quote and line break escaped. */
function quoted(value: string): string {
  return `"${value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`
}
