import { parser } from '@prometheus-io/lezer-promql'
import * as contract from '../../sdk/src/contract/index.ts'
import { type MetricDefinition, prometheusLabel, prometheusName, promotedResourceAttributes } from '../../sdk/src/contract/index.ts'

/** A selector in an expression: the metric's name and the labels that it is narrowed by. */
export interface UsedSelector {
  readonly metric: string
  readonly labels: readonly string[]
}

/** What an expression is made of; `errors` are the positions that are no PromQL. */
export interface Anatomy {
  readonly errors: readonly string[]
  readonly selectors: readonly UsedSelector[]
  /** Labels of `by`, `on` and `group_left`. */
  readonly grouped: readonly string[]
}

/** Takes an expression apart with the grammar of Prometheus' own editor. */
export function dissect(expr: string): Anatomy {
  const errors: string[] = []
  const selectors: { metric: string; labels: string[] }[] = []
  const grouped: string[] = []
  let grouping = false
  parser.parse(expr).iterate({
    enter: ({ name, type, from, to }) => {
      const text = expr.slice(from, to)
      if (type.isError) errors.push(`${from}: ${expr.slice(from, from + 30)}`)
      if (name === 'VectorSelector') selectors.push({ metric: '', labels: [] })
      if (name === 'GroupingLabels') grouping = true
      const selector = selectors.at(-1)
      if (name === 'Identifier' && selector?.metric === '') selector.metric = text
      if (name === 'LabelName') {
        if (grouping) grouped.push(text)
        else selector?.labels.push(text)
      }
    },
    leave: ({ name }) => {
      if (name === 'GroupingLabels') grouping = false
    },
  })
  return { errors, selectors, grouped }
}

const { cache, calls, subjects, reuse, runtime, system, eventLoop, heap, advice, optimizer } = contract
const metrics: readonly MetricDefinition[] = [cache, calls, subjects, reuse, runtime, system, eventLoop, heap, advice, optimizer].flatMap(
  (family) => Object.values(family),
)

/** Series of the contract that only ever rise: counters and the parts of histograms, by their names in Prometheus. */
export function contractCounters(): ReadonlySet<string> {
  const histograms = metrics.filter(({ kind }) => kind === 'histogram').map(prometheusName)
  const counters = metrics.filter(({ kind }) => kind === 'counter').map(prometheusName)
  return new Set([...counters, ...histograms.flatMap((name) => ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`))])
}

/** Labels that each series of the contract can have, by its name in Prometheus. */
export function contractLabels(): ReadonlyMap<string, ReadonlySet<string>> {
  const promoted = promotedResourceAttributes.map(prometheusLabel)
  return new Map(
    metrics.flatMap((metric) => {
      const labels = [...metric.attributes.map(prometheusLabel), ...promoted]
      const name = prometheusName(metric)
      if (metric.kind !== 'histogram') return [[name, new Set(labels)] as const]
      const parts = ['sum', 'count'].map((part) => [`${name}_${part}`, new Set(labels)] as const)
      return [...parts, [`${name}_bucket`, new Set([...labels, 'le'])] as const]
    }),
  )
}
