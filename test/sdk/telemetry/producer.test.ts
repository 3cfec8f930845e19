import { DataPointType, type MetricData } from '@opentelemetry/sdk-metrics'
import { afterEach, describe, expect, it } from 'vitest'
import { cache, calls, reuse } from '../../../sdk/src/contract/index.ts'
import { metricProducer } from '../../../sdk/src/telemetry/producer.ts'
import { addSource, type MetricSource } from '../../../sdk/src/telemetry/source.ts'

const removals: (() => void)[] = []
const source = (collect: MetricSource['collect']) => removals.push(addSource({ collect }))
afterEach(() => removals.splice(0).forEach((remove) => remove()))

async function collected(): Promise<{ metrics: MetricData[]; errors: unknown[] }> {
  const { resourceMetrics, errors } = await metricProducer.collect()
  return { metrics: resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics), errors }
}

async function valuesOf(name: string): Promise<unknown[]> {
  const { metrics } = await collected()
  return (
    metrics.find((metric) => metric.descriptor.name === name)?.dataPoints.map(({ attributes, value }) => ({ ...attributes, value })) ?? []
  )
}

const named = (name: string) => ({ 'code.function.name': name })

describe('the metric producer', () => {
  it('has nothing to say without sources, so that nothing is sent', async () => {
    const { resourceMetrics, errors } = await metricProducer.collect()
    expect(resourceMetrics.scopeMetrics).toEqual([])
    expect(errors).toEqual([])
  })

  it('carries name, unit and description of the contract, under the scope of the package', async () => {
    source((sink) => sink.number(calls.errors, named('search'), 3))
    const { resourceMetrics } = await metricProducer.collect()
    expect(resourceMetrics.scopeMetrics).toMatchObject([
      {
        scope: { name: '@pitwall/sdk' },
        metrics: [
          {
            descriptor: { name: calls.errors.name, unit: '{error}', description: calls.errors.description },
            dataPointType: DataPointType.SUM,
            isMonotonic: true,
            dataPoints: [{ value: 3, attributes: named('search') }],
          },
        ],
      },
    ])
  })

  it('sums counters of one name, as those are that overflowed into `other`', async () => {
    source((sink) => sink.number(calls.errors, named('other'), 3))
    source((sink) => sink.number(calls.errors, named('other'), 4))
    source((sink) => sink.number(calls.errors, named('search'), 1))
    expect(await valuesOf(calls.errors.name)).toEqual([
      { ...named('other'), value: 7 },
      { ...named('search'), value: 1 },
    ])
  })

  it('takes the last value of a gauge, and sums levels that add up', async () => {
    const attributes = { 'pitwall.cache.name': 'other', 'pitwall.cache.backend': 'memory' }
    source((sink) => sink.number(cache.entryLimit, attributes, 10))
    source((sink) => sink.number(cache.entryLimit, attributes, 20))
    source((sink) => sink.number(calls.active, named('other'), 1))
    source((sink) => sink.number(calls.active, named('other'), 2))
    expect(await valuesOf(cache.entryLimit.name)).toEqual([{ ...attributes, value: 20 }])
    expect(await valuesOf(calls.active.name)).toEqual([{ ...named('other'), value: 3 }])
  })

  it('adds histograms of one name bucket by bucket, and leaves the state of the sources alone', async () => {
    const size = reuse.age.buckets.length + 1
    const state = { counts: new Uint32Array(size).fill(2), sum: 1.5, count: 2 * size }
    source((sink) => sink.histogram(reuse.age, { 'pitwall.subject': 'other' }, state))
    source((sink) => sink.histogram(reuse.age, { 'pitwall.subject': 'other' }, state))
    const histogram = {
      buckets: { boundaries: [...reuse.age.buckets], counts: Array.from({ length: size }, () => 4) },
      sum: 3,
      count: 4 * size,
    }
    expect(await valuesOf(reuse.age.name)).toEqual([{ 'pitwall.subject': 'other', value: histogram }])
    // A second reader sees the same.
    expect(await valuesOf(reuse.age.name)).toEqual([{ 'pitwall.subject': 'other', value: histogram }])
    expect(state.counts[0]).toBe(2)
  })

  it('keeps series apart that differ in an attribute which one of them lacks', async () => {
    source((sink) => sink.number(cache.requests, { 'pitwall.cache.name': 'a', 'pitwall.cache.result': 'hit' }, 1))
    source((sink) => sink.number(cache.requests, { 'pitwall.cache.name': 'a', 'pitwall.cache.tier': 'hit' }, 1))
    expect(await valuesOf(cache.requests.name)).toHaveLength(2)
  })

  it('counts from the start of the process, at every collection', async () => {
    source((sink) => sink.number(calls.errors, named('search'), 3))
    const points = [await collected(), await collected()].map(({ metrics }) => metrics[0]?.dataPoints[0])
    const startMs = points.map((point) => (point?.startTime[0] ?? 0) * 1_000)
    expect(startMs[0]).toBe(startMs[1])
    expect(Math.abs((startMs[0] ?? 0) - performance.timeOrigin)).toBeLessThan(1_000)
  })

  it('loses one broken source and no other', async () => {
    source(() => {
      throw new Error('broken')
    })
    source((sink) => sink.number(calls.errors, named('search'), 3))
    const { metrics, errors } = await collected()
    expect(metrics).toHaveLength(1)
    expect(errors).toEqual([new Error('broken')])
  })
})
