import { type Attributes, diag, ValueType } from '@opentelemetry/api'
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AggregationTemporality, type DataPoint, DataPointType, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { prometheusText } from '../../../sdk/src/telemetry/prometheus-text.ts'

const common = (name: string, description = 'About it.') => ({
  descriptor: { name, unit: '', description, valueType: ValueType.DOUBLE },
  aggregationTemporality: AggregationTemporality.CUMULATIVE,
})
const point = <V>(attributes: Attributes, value: V): DataPoint<V> => ({ startTime: [0, 0], endTime: [1, 0], attributes, value })
const gauge = (name: string, attributes: Attributes, value: number, description?: string): MetricData => ({
  ...common(name, description),
  dataPointType: DataPointType.GAUGE,
  dataPoints: [point(attributes, value)],
})
const page = (metrics: MetricData[], resource: Attributes = {}): ResourceMetrics => ({
  resource: resourceFromAttributes(resource),
  scopeMetrics: [{ scope: { name: 'test' }, metrics }],
})
const samples = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('target_info'))

afterEach(() => vi.restoreAllMocks())

describe('the page that Prometheus scrapes', () => {
  it('is what a reader would write by hand', () => {
    const histogram: MetricData = {
      ...common('search.duration'),
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: [point({ fn: 'search' }, { buckets: { boundaries: [0.1, 1], counts: [2, 1, 1] }, sum: 4.25, count: 4 })],
    }
    expect(prometheusText(page([histogram], { 'service.name': 'agent', 'host.name': 'h' }))).toBe(`# HELP target_info Target metadata
# TYPE target_info gauge
target_info{service_name="agent",host_name="h"} 1
# HELP search_duration About it.
# TYPE search_duration histogram
search_duration_bucket{fn="search",service_name="agent",le="0.1"} 2
search_duration_bucket{fn="search",service_name="agent",le="1"} 3
search_duration_bucket{fn="search",service_name="agent",le="+Inf"} 4
search_duration_sum{fn="search",service_name="agent"} 4.25
search_duration_count{fn="search",service_name="agent"} 4
`)
  })

  it('puts the identity of the process on every series, and nothing else of its resource', () => {
    const resource = {
      'service.name': 'agent',
      'service.namespace': 'fleet',
      'service.instance.id': 'i',
      'service.version': '1',
      'process.pid': 7,
    }
    expect(samples(prometheusText(page([gauge('level', {}, 1)], resource)))).toEqual([
      'level{service_name="agent",service_namespace="fleet",service_instance_id="i",service_version="1"} 1',
    ])
  })

  it('escapes what would end a label or a line', () => {
    const text = prometheusText(page([gauge('level', { path: 'C:\\a "b"\nc' }, 1, 'Two\nlines.')]))
    expect(samples(text)).toEqual(['level{path="C:\\\\a \\"b\\"\\nc"} 1'])
    expect(text).toContain('# HELP level Two\\nlines.\n')
  })

  it('joins attributes that become one label, which a scraper would refuse twice', () => {
    expect(samples(prometheusText(page([gauge('level', { 'a.b': 'x', a_b: 'y', '1st': 'z' }, 1)])))).toEqual([
      'level{a_b="x;y",key_1st="z"} 1',
    ])
  })

  it('writes the values that JSON does not have', () => {
    const metrics = [gauge('a', {}, Infinity), gauge('b', {}, -Infinity), gauge('c', {}, Number.NaN)]
    expect(samples(prometheusText(page(metrics)))).toEqual(['a +Inf', 'b -Inf', 'c NaN'])
  })

  it('writes bounds as the Collector does', () => {
    const boundaries = [-1e-6, 0, 1e-7, 0.000025, 0.0001, 0.25, 100_000, 1e21]
    const histogram: MetricData = {
      ...common('tiny'),
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: [point({}, { buckets: { boundaries, counts: [] }, count: 0 })],
    }
    const bounds = samples(prometheusText(page([histogram]))).flatMap((line) => /le="([^"]+)"/.exec(line)?.[1] ?? [])
    expect(bounds).toEqual(['-1e-06', '0', '1e-07', '2.5e-05', '0.0001', '0.25', '100000', '1e+21', '+Inf'])
  })

  it('leaves out the second type of one name, with a warning, and keeps the rest', () => {
    const warn = vi.spyOn(diag, 'warn')
    const counter: MetricData = { ...common('level'), dataPointType: DataPointType.SUM, isMonotonic: false, dataPoints: [point({}, 2)] }
    const histogram: MetricData = {
      ...common('level'),
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: [point({}, { buckets: { boundaries: [], counts: [0] }, count: 0 })],
    }
    expect(samples(prometheusText(page([gauge('level', { of: 'one' }, 1), counter, histogram])))).toEqual(['level{of="one"} 1', 'level 2'])
    expect(warn).toHaveBeenCalledOnce()
  })

  it('shows no exponential histogram, which the format does not have', () => {
    const exponential: MetricData = { ...common('level'), dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM, dataPoints: [] }
    expect(samples(prometheusText(page([exponential])))).toEqual([])
  })

  it('says the same as the serializer of OpenTelemetry, whatever the values', () => {
    const upstream = new PrometheusSerializer('', false, /^service\.name$/, false, true)
    const metric = fc.record({
      name: fc.stringMatching(/^[a-z]{1,3}(\.[a-z]{1,3})?$/),
      attributes: fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.oneof(fc.string(), fc.integer(), fc.boolean())),
      value: fc.double(),
    })
    fc.assert(
      fc.property(
        fc.uniqueArray(metric, { selector: ({ name }) => name.replaceAll('.', '_') }),
        fc.string({ minLength: 1 }),
        (metrics, service) => {
          const all = page(
            metrics.map(({ name, attributes, value }) => gauge(`m.${name}`, attributes, value)),
            { 'service.name': service },
          )
          const theirs = upstream.serialize(all)
          expect(samples(prometheusText(all))).toEqual(metrics.length === 0 ? [] : samples(theirs))
        },
      ),
      { numRuns: 200 },
    )
  })
})
