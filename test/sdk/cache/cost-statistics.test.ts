import { describe, expect, it } from 'vitest'
import { cached } from '../../../sdk/src/cache/cached.ts'
import { CostStatistics } from '../../../sdk/src/cache/cost-statistics.ts'
import { createCache } from '../../../sdk/src/cache/create-cache.ts'
import { cacheCosts } from '../../../sdk/src/contract/index.ts'
import type { CacheEvent } from '../../../sdk/src/cache/events.ts'
import { ManualClock } from '../../support/clock.ts'
import { total } from '../../support/collected.ts'

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
const stored = (key: string, loadMs: number): CacheEvent => ({ type: 'stored', key, hash: 1, value: 1, at: 0, ttlMs: 60_000, loadMs })

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

describe('a cache', () => {
  const spelled = (name: string, spelling: string) =>
    total(cacheCosts.spelledLoads, { 'pitwall.cache.name': name, 'pitwall.cache.spelling': spelling })

  it('tells of loads of one key in two spellings', () => {
    const [clock, name] = [new ManualClock(), 'cost-statistics-test-spelled']
    const ask = cached((city: string) => (clock.advance(5), city.length), { name, ttl: '1m', clock })
    for (const city of ['Paris', 'paris', 'paris', 'Rome']) ask(city)
    expect([spelled(name, 'new'), spelled(name, 'same')]).toEqual([2, 1])
  })

  it('does not take the key of another namespace for a spelling', () => {
    const [clock, name] = [new ManualClock(), 'cost-statistics-test-namespaces']
    const cache = createCache<number>({ name, clock })
    for (const [namespace, key] of [
      ['ann', 'Paris'],
      ['bob', 'paris'],
    ] as const)
      cache.namespace(namespace).getOrSet({ key, load: () => (clock.advance(5), 1) })
    expect(spelled(name, 'same') ?? 0).toBe(0)
  })

  it('tells of entries that expire together and are loaded together, and not of those that nobody asked for meanwhile', () => {
    const [clock, name] = [new ManualClock(), 'cost-statistics-test-bursts']
    const ask = cached((key: string) => (clock.advance(2), key), { name, ttl: '1m', clock })
    const askAll = (): void => Array.from({ length: 10 }, (_, key) => ask(String(key))).forEach(() => {})
    askAll()
    clock.advance(60_000)
    askAll()
    clock.advance(120_000)
    askAll()
    clock.advance(60_000)
    ask('0')
    expect(total(cacheCosts.burstLoads, { 'pitwall.cache.name': name })).toBe(10)
    expect(total(cacheCosts.burstLoadTime, { 'pitwall.cache.name': name })).toBeCloseTo(0.02)
  })

  it('exports its jitter', () => {
    const name = 'cost-statistics-test-jitter'
    cached(() => 1, { name, ttl: '1m', jitter: 0.2 })
    expect(total(cacheCosts.jitter, { 'pitwall.cache.name': name })).toBe(0.2)
  })
})
