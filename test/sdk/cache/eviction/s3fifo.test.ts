import { describe, expect, it } from 'vitest'
import { lru } from '../../../../sdk/src/cache/eviction/lru.ts'
import { s3fifo } from '../../../../sdk/src/cache/eviction/s3fifo.ts'
import { hitRatio, SimulatedCache } from '../../../support/simulated-cache.ts'
import { expectToAgree } from './reference.ts'
import { ReferenceS3Fifo } from './reference-s3fifo.ts'

describe('s3fifo', () => {
  it('drops new entries that were not used before it drops old ones that were', () => {
    const cache = new SimulatedCache(s3fifo(), 10)
    for (let use = 0; use < 3; use++) for (let key = 0; key < 5; key++) cache.request(`used ${key}`)
    for (let key = 0; key < 1_000; key++) cache.request(`once ${key}`)
    expect(cache.keys().filter((key) => key.startsWith('used'))).toHaveLength(5)
  })

  it('does not make a key that comes again soon after it left prove itself once more', () => {
    const cache = new SimulatedCache(s3fifo(), 10)
    for (let key = 0; key < 11; key++) cache.request(`once ${key}`)
    expect(cache.has('once 0')).toBe(false)
    cache.request('once 0')
    for (let key = 20; key < 40; key++) cache.request(`once ${key}`)
    expect(cache.has('once 0')).toBe(true)
  })

  it('does not keep what was used once long ago', () => {
    const cache = new SimulatedCache(s3fifo(), 10)
    for (let use = 0; use < 3; use++) cache.request('old')
    for (let key = 0; key < 200; key++) for (let use = 0; use < 3; use++) cache.request(`new ${key}`)
    expect(cache.has('old')).toBe(false)
  })

  it('hits more than lru where most keys come once', () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => (index % 3 === 0 ? `popular ${(index * index) % 53}` : `once ${index}`))
    expect(hitRatio(s3fifo(), 50, keys)).toBeGreaterThan(hitRatio(lru(), 50, keys) + 0.1)
  })

  it('agrees with three lists that are searched from end to end', () => {
    expectToAgree(s3fifo(), () => new ReferenceS3Fifo())
  })
})
