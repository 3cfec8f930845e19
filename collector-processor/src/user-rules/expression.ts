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
  const mistakes: ExpressionMistake[] = []
  let end: number | undefined
  parser.parse(expression.replaceAll('$block', BLOCK)).iterate({
    enter: ({ name, type, from, to }) => {
      if (type.isError) end ??= from
      if (name === 'VectorSelector') {
        const metric = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(expression.slice(from, to))?.[0]
        if (metric?.startsWith('pitwall_') === true && !metricNames().has(metric)) mistakes.push({ offset: from, message: unknown(metric) })
      }
    },
  })
  if (end === undefined) return mistakes
  const word = /\S+/.exec(expression.slice(end))?.[0]
  return [{ offset: end, message: word === undefined ? 'is no PromQL: it ends too early' : `is no PromQL at '${word}'` }]
}

function unknown(metric: string): string {
  const nearest = nearestName(metric, metricNames())
  return `asks for '${metric}', which Pitwall does not export${nearest === undefined ? '' : `; did you mean '${nearest}'?`}`
}

let known: ReadonlySet<string> | undefined

/** Names in Prometheus of every series of the contract. */
function metricNames(): ReadonlySet<string> {
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
