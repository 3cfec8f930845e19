import { type HrTime, ValueType } from '@opentelemetry/api'
import { hrTime, millisToHrTime } from '@opentelemetry/core'
import { emptyResource } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  type CollectionResult,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics'
import type { AttributeKey, HistogramDefinition, MetricDefinition, NumberDefinition } from '../contract/index.ts'
import { timed } from './own-time.ts'
import { scope } from './scope.ts'
import { collectSources, type HistogramState, type MetricSink } from './source.ts'

/**
 * Everything the SDK measures, as one OpenTelemetry metric producer: pass it to any metric reader
 * (`new PeriodicExportingMetricReader({ exporter, metricProducers: [metricProducer] })`). Any number of readers may
 * collect; none disturbs another. Resource attributes come from the reader's own provider.
 */
export const metricProducer: MetricProducer = {
  collect: () => Promise.resolve(timed('collection', collect)),
}

/** Counts start at zero with the process, so this is the start of every cumulative point. */
const startTime = millisToHrTime(performance.timeOrigin)

function collect(): CollectionResult {
  const errors: unknown[] = []
  const snapshot = new Snapshot(hrTime())
  collectSources(snapshot, (error) => errors.push(error))
  const metrics = snapshot.metrics()
  return { resourceMetrics: { resource: emptyResource(), scopeMetrics: metrics.length > 0 ? [{ scope, metrics }] : [] }, errors }
}

type Attributes = Readonly<Partial<Record<AttributeKey, string | number>>>
type NumberPoint = { -readonly [K in keyof DataPoint<number>]: DataPoint<number>[K] }
type HistogramPoint = DataPoint<Histogram>

/** One collection: gathers points by metric, and merges those whose attributes are equal, as overflow names are. */
class Snapshot implements MetricSink {
  readonly #endTime: HrTime
  readonly #numbers = new Map<NumberDefinition, Map<string, NumberPoint>>()
  readonly #histograms = new Map<HistogramDefinition, Map<string, HistogramPoint>>()

  constructor(endTime: HrTime) {
    this.#endTime = endTime
  }

  number(metric: NumberDefinition, attributes: Attributes, value: number): void {
    const points = pointsOf(this.#numbers, metric)
    const key = seriesKey(metric, attributes)
    const point = points.get(key)
    if (point === undefined) points.set(key, this.#point(metric, attributes, value))
    else point.value = metric.kind === 'gauge' ? value : point.value + value
  }

  histogram(metric: HistogramDefinition, attributes: Attributes, state: HistogramState): void {
    const points = pointsOf(this.#histograms, metric)
    const key = seriesKey(metric, attributes)
    const point = points.get(key)
    if (point === undefined) points.set(key, this.#point(metric, attributes, histogramOf(metric, state)))
    else add(point.value, state)
  }

  metrics(): MetricData[] {
    return [
      ...Array.from(this.#numbers, ([metric, points]) => numberData(metric, [...points.values()])),
      ...Array.from(this.#histograms, ([metric, points]) => histogramData(metric, [...points.values()])),
    ]
  }

  #point<V>(metric: MetricDefinition, given: Attributes, value: V): DataPoint<V> {
    const attributes: Record<string, string | number> = {}
    for (const key of metric.attributes) {
      const attribute = given[key]
      if (attribute !== undefined) attributes[key] = attribute
    }
    return { startTime, endTime: this.#endTime, attributes, value }
  }
}

function pointsOf<M, P>(metrics: Map<M, Map<string, P>>, metric: M): Map<string, P> {
  let points = metrics.get(metric)
  if (points === undefined) metrics.set(metric, (points = new Map()))
  return points
}

/** Attribute values in the order in which the metric declares them: equal exactly where the series is the same. */
function seriesKey(metric: MetricDefinition, attributes: Attributes): string {
  let key = ''
  for (const name of metric.attributes) key += `${attributes[name] ?? ''}\0`
  return key
}

function histogramOf(metric: HistogramDefinition, state: HistogramState): Histogram {
  return { buckets: { boundaries: [...metric.buckets], counts: Array.from(state.counts) }, sum: state.sum, count: state.count }
}

function add(histogram: Histogram, state: HistogramState): void {
  const { counts } = histogram.buckets
  for (let index = 0; index < counts.length; index++) counts[index] = (counts[index] ?? 0) + (state.counts[index] ?? 0)
  histogram.sum = (histogram.sum ?? 0) + state.sum
  histogram.count += state.count
}

function common({ name, unit, description }: MetricDefinition) {
  return {
    descriptor: { name, unit, description, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  }
}

function numberData(metric: NumberDefinition, dataPoints: DataPoint<number>[]): MetricData {
  if (metric.kind === 'gauge') return { ...common(metric), dataPointType: DataPointType.GAUGE, dataPoints }
  return { ...common(metric), dataPointType: DataPointType.SUM, isMonotonic: metric.kind === 'counter', dataPoints }
}

function histogramData(metric: HistogramDefinition, dataPoints: DataPoint<Histogram>[]): MetricData {
  return { ...common(metric), dataPointType: DataPointType.HISTOGRAM, dataPoints }
}
