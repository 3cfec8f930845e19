import { describe, expect, it } from 'vitest'
import { CostStatistics } from '../../../sdk/src/cache/cost-statistics.ts'
import { cacheCosts } from '../../../sdk/src/contract/index.ts'
import type { CacheEvent } from '../../../sdk/src/cache/events.ts'

/** Number points by metric and attributes, after these events. */
function written(tiers: ConstructorParameters<typeof CostStatistics>[1], events: readonly CacheEvent[], requests = 0): Map<string, number> {
  const statistics = new CostStatistics('hotels', tiers)
  for (const event of events) statistics.on(event)
  const points = new Map<string, number>()
  statistics.write(
    {
      number: (metric, attributes, value) => void points.set(`${metric.name} ${Object.values(attributes).join(' ')}`, value),
      histogram: () => {},
    },
    requests,
  )
  return points
}
const stored = (key: string, loadMs: number): CacheEvent => ({ type: 'stored', key, value: 1, at: 0, ttlMs: 60_000, loadMs })

describe('CostStatistics', () => {
  it('adds up what lookups took, by tier', () => {
    const events = [
      { type: 'keyed', durationMs: 3 },
      { type: 'lookup', durationMs: 2 },
    ] as const
    const points = written({ local: 'memory', shared: 'redis' }, events, 3)
    expect(points.get(`${cacheCosts.lookupTime.name} hotels memory`)).toBeCloseTo(0.003_000_6, 9)
    expect(points.get(`${cacheCosts.lookupTime.name} hotels redis`)).toBeCloseTo(0.002, 9)
  })

  it('says nothing of loads by other processes where there is no shared tier', () => {
    const points = written({ local: 'memory', shared: undefined }, [])
    expect([...points.keys()].filter((key) => key.startsWith(cacheCosts.duplicateLoads.name))).toEqual([])
  })

  it('counts loads of keys that were spelled otherwise before', () => {
    const points = written({ local: 'memory', shared: undefined }, [stored('Paris', 5), stored('paris', 5), stored('Rome', 5)])
    expect(points.get(`${cacheCosts.spelledLoads.name} hotels new`)).toBe(2)
    expect(points.get(`${cacheCosts.spelledLoads.name} hotels same`)).toBe(1)
  })

  it('does not look at keys of quick loads, or at digests', () => {
    const points = written({ local: 'memory', shared: undefined }, [stored('Paris', 0.1), stored('paris', 0.1), stored('~#digest', 5)])
    expect([...points.keys()].filter((key) => key.startsWith(cacheCosts.spelledLoads.name))).toEqual([])
  })
})
