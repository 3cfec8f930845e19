import { describe, expect, it } from 'vitest'
import { BYPASS, COALESCED, ERROR, LOCAL_HIT, MISS, SHARED_HIT } from '../../../sdk/src/cache/events.ts'
import { Statistics } from '../../../sdk/src/cache/statistics.ts'
import { cache as contract } from '../../../sdk/src/contract/index.ts'
import type { HistogramState, MetricSink } from '../../../sdk/src/telemetry/source.ts'

/** What statistics write, by metric and attributes. */
function written(statistics: Statistics): Map<string, number | HistogramState> {
  const points = new Map<string, number | HistogramState>()
  const sink: MetricSink = {
    number: (metric, attributes, value) => void points.set(`${metric.name} ${Object.values(attributes).join(' ')}`, value),
    histogram: (metric, attributes, value) => void points.set(`${metric.name} ${Object.values(attributes).join(' ')}`, value),
  }
  statistics.collect(sink)
  return points
}

describe('Statistics', () => {
  it('counts a request at the tier that answered, and others at the last tier', () => {
    const statistics = new Statistics('hotels', 'hybrid', { local: 'memory', shared: 'redis' })
    for (const event of [LOCAL_HIT, LOCAL_HIT, SHARED_HIT, MISS, COALESCED, BYPASS, ERROR]) statistics.on(event)
    const points = written(statistics)
    expect(points.get(`${contract.requests.name} hotels hybrid memory hit`)).toBe(2)
    for (const result of ['hit', 'miss', 'coalesced', 'bypass', 'error']) {
      expect(points.get(`${contract.requests.name} hotels hybrid redis ${result}`), result).toBe(1)
    }
    expect(statistics.snapshot(undefined).hitRatio).toBeCloseTo(3 / 7)
  })

  it('has no series for a tier that is not there', () => {
    const points = written(new Statistics('hotels', 'memory', { local: 'memory', shared: undefined }))
    expect([...points.keys()].filter((key) => key.includes('redis'))).toEqual([])
  })

  it('puts loads into the buckets of the contract, in seconds', () => {
    const statistics = new Statistics('hotels', 'memory', { local: 'memory', shared: undefined })
    for (const durationMs of [0.05, 10, 10.1, 1_000_000]) statistics.on({ type: 'loaded', durationMs })
    const state = written(statistics).get(`${contract.loadDuration.name} hotels`)
    if (state === undefined || typeof state === 'number') throw new Error('no histogram')
    const { buckets } = contract.loadDuration
    expect(state.count).toBe(4)
    expect(state.counts[0]).toBe(1)
    // A bound belongs to its bucket.
    expect(state.counts[buckets.indexOf(0.01)]).toBe(1)
    expect(state.counts[buckets.indexOf(0.01) + 1]).toBe(1)
    expect(state.counts[buckets.length]).toBe(1)
  })

  it('tells no more than ten classes of errors apart', () => {
    const statistics = new Statistics('hotels', 'memory', { local: 'memory', shared: undefined })
    for (let index = 0; index < 100; index++) {
      const error = Object.assign(new Error('no'), { name: `Error${index}` })
      statistics.on({ type: 'failed', durationMs: 1, error })
    }
    statistics.on({ type: 'failed', durationMs: 1, error: 'no Error at all' })
    const failures = [...written(statistics)].filter(([key]) => /Error\d|_OTHER/.test(key))
    expect(failures).toHaveLength(11)
    expect(statistics.snapshot(undefined)).toMatchObject({ loads: 101, loadErrors: 101, meanLoadMs: 0 })
  })
})
