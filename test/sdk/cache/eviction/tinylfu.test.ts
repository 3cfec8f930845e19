import { describe, expect, it } from 'vitest'
import { lru } from '../../../../sdk/src/cache/eviction/lru.ts'
import { tinylfu } from '../../../../sdk/src/cache/eviction/tinylfu.ts'
import { hitRatio, SimulatedCache } from '../../../support/simulated-cache.ts'
import { requestsOf } from '../../../support/workloads.ts'
import { expectToAgree } from './reference.ts'
import { ReferenceTinyLfu } from './reference-tinylfu.ts'

describe('tinylfu', () => {
  it('does not let a scan push out what is asked for often', () => {
    const cache = new SimulatedCache(tinylfu(), 20)
    for (let key = 0; key < 60; key++) cache.request(`before ${key}`)
    for (let use = 0; use < 5; use++) for (let key = 0; key < 10; key++) cache.request(`often ${key}`)
    for (let key = 0; key < 60; key++) cache.request(`once ${key}`)
    expect(cache.keys().filter((key) => key.startsWith('often'))).toHaveLength(10)
  })

  it('hits in a loop that is longer than the cache, where lru hits nothing', () => {
    const keys = requestsOf(['loop'], 20_000, 1)
    expect(hitRatio(lru(), 200, keys)).toBe(0)
    expect(hitRatio(tinylfu(), 200, keys)).toBeGreaterThan(0.5)
  })

  it('does not keep old favourites for ever', () => {
    const cache = new SimulatedCache(tinylfu(), 20)
    for (let use = 0; use < 1_000; use++) cache.request('favourite')
    for (let request = 0; request < 2_000; request++) cache.request(`new ${(request * request) % 53}`)
    expect(cache.has('favourite')).toBe(false)
  })

  it('agrees with lists that are searched from end to end', () => {
    expectToAgree(tinylfu(), (maxEntries) => new ReferenceTinyLfu(maxEntries))
  })
})
