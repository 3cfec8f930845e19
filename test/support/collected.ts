import type { MetricDefinition } from '../../sdk/src/contract/index.ts'
import { collectSources, type HistogramState } from '../../sdk/src/telemetry/source.ts'

/** One exported point. */
export interface Point {
  readonly metric: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly value: number | HistogramState
}

/** Every point of a metric that the process would export now, whose attributes are as asked. */
export function collected(metric: MetricDefinition, attributes: Readonly<Record<string, unknown>>): Point[] {
  const points: Point[] = []
  collectSources(
    {
      number: (definition, given, value) => void points.push({ metric: definition.name, attributes: { ...given }, value }),
      histogram: (definition, given, value) => void points.push({ metric: definition.name, attributes: { ...given }, value }),
    },
    (error) => {
      throw error
    },
  )
  return points.filter(
    (point) => point.metric === metric.name && Object.entries(attributes).every(([key, value]) => point.attributes[key] === value),
  )
}

/** The sum of the number points that `collected` finds; undefined when there is none. */
export function total(metric: MetricDefinition, attributes: Readonly<Record<string, unknown>>): number | undefined {
  const points = collected(metric, attributes)
  if (points.length === 0) return undefined
  return points.reduce((sum, { value }) => sum + (typeof value === 'number' ? value : value.count), 0)
}
