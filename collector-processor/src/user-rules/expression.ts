import * as contract from '@pitwall/sdk/contract'
import { parser } from '@prometheus-io/lezer-promql'
import { nearestName } from '../text/nearest-name.ts'

/** What is wrong in an expression, and at which character. */
export interface ExpressionMistake {
  readonly offset: number
  readonly message: string
}

/** As long as `$block`, so that positions stay. */
const BLOCK = '99999s'

/** Mistakes of an expression: no PromQL by the grammar of Prometheus' own editor, or a metric name of ours that does not exist. */
export function expressionMistakes(expression: string): readonly ExpressionMistake[] {
  const { metrics, end } = read(expression)
  if (end === undefined) {
    return metrics
      .filter(({ metric }) => metric.startsWith('pitwall_') && !contractNames().has(metric))
      .map(({ metric, offset }) => ({ offset, message: unknown(metric, contractNames(), 'which Pitwall does not export') }))
  }
  const word = /\S+/.exec(expression.slice(end))?.[0]
  return [{ offset: end, message: word === undefined ? 'is no PromQL: it ends too early' : `is no PromQL at '${word}'` }]
}

/** Metrics of an expression that are neither in the contract nor among the names that a Prometheus knows. */
export function unknownMetrics(expression: string, known: ReadonlySet<string>): readonly ExpressionMistake[] {
  return read(expression)
    .metrics.filter(({ metric }) => !contractNames().has(metric) && !known.has(metric))
    .map(({ metric, offset }) => {
      const all = [...known, ...contractNames()]
      return { offset, message: unknown(metric, all, 'which neither Pitwall exports nor this Prometheus has') }
    })
}

/** The metrics that an expression names, and where its grammar ends. */
function read(expression: string): { metrics: readonly { metric: string; offset: number }[]; end: number | undefined } {
  const metrics: { metric: string; offset: number }[] = []
  let end: number | undefined
  parser.parse(expression.replaceAll('$block', BLOCK)).iterate({
    enter: ({ name, type, from, to }) => {
      if (type.isError) end ??= from
      const metric = name === 'VectorSelector' ? /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(expression.slice(from, to))?.[0] : undefined
      if (metric !== undefined) metrics.push({ metric, offset: from })
    },
  })
  return { metrics, end }
}

function unknown(metric: string, names: Iterable<string>, what: string): string {
  const nearest = nearestName(metric, names)
  return `asks for '${metric}', ${what}${nearest === undefined ? '' : `; did you mean '${nearest}'?`}`
}

let known: ReadonlySet<string> | undefined

/** Names in Prometheus of every series of the contract. */
function contractNames(): ReadonlySet<string> {
  known ??= new Set(
    Object.values(contract)
      .flatMap((family): unknown[] => (typeof family === 'object' ? Object.values(family) : []))
      .filter(isMetric)
      .flatMap((metric) => {
        const name = contract.prometheusName(metric)
        return metric.kind === 'histogram' ? ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`) : [name]
      }),
  )
  return known
}

function isMetric(value: unknown): value is contract.MetricDefinition {
  return typeof value === 'object' && value !== null && 'kind' in value && 'unit' in value && 'attributes' in value
}
