import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { auto } from '../../../../sdk/src/cache/eviction/auto.ts'
import { lru } from '../../../../sdk/src/cache/eviction/lru.ts'
import { tinylfu } from '../../../../sdk/src/cache/eviction/tinylfu.ts'
import { hitRatio, SimulatedCache } from '../../../support/simulated-cache.ts'
import { requestsOf, type Workload, workloads } from '../../../support/workloads.ts'

const kinds = Object.keys(workloads).filter((name): name is Workload => name in workloads)
const sizes = [8, 16, 50, 200, 280]

/** Hit ratio of the second half of the requests, 0 to 1. */
function settledHitRatio(policy: typeof auto, maxEntries: number, keys: readonly string[]): number {
  const cache = new SimulatedCache(policy(), maxEntries)
  const hits = keys.map((key) => cache.request(key)).slice(keys.length / 2)
  return hits.filter(Boolean).length / hits.length
}

describe('auto', () => {
  it.each(kinds.flatMap((kind) => sizes.map((size) => ({ kind, size }))))(
    'is as good as the better of lru and tinylfu once it has settled: $kind, $size entries',
    ({ kind, size }) => {
      const keys = requestsOf([kind], 30_000, 1)
      const better = Math.max(settledHitRatio(lru, size, keys), settledHitRatio(tinylfu, size, keys))
      expect(settledHitRatio(auto, size, keys)).toBeGreaterThan(better - 0.02)
    },
  )

  it('is never far below lru when the kinds of requests change, also in caches of a few entries', () => {
    const phases = fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 5, size: 'max' })
    fc.assert(
      fc.property(phases, fc.constantFrom(...sizes, 500), fc.nat(), (sequence, size, seed) => {
        const keys = requestsOf(sequence, 4_000, seed)
        // A change against it costs about one filling of the cache: 500 of 8,000 requests.
        expect(hitRatio(auto(), size, keys)).toBeGreaterThan(hitRatio(lru(), size, keys) - 0.08)
      }),
      { numRuns: 40 },
    )
  })

  it('follows when what is best changes', () => {
    const keys = requestsOf(['sliding', 'loop', 'sliding', 'loop'], 20_000, 1)
    const ratio = hitRatio(auto(), 200, keys)
    expect(ratio).toBeGreaterThan(hitRatio(lru(), 200, keys) + 0.2)
    expect(ratio).toBeGreaterThan(hitRatio(tinylfu(), 200, keys) + 0.05)
  })

  it('loses no entry while it changes its mind, and drops each only once', () => {
    const cache = new SimulatedCache(auto(), 200)
    const held = new Set<string>()
    for (const key of requestsOf(['skewed', 'loop', 'sliding', 'once', 'sliding', 'loop'], 5_000, 1)) {
      if (cache.use(key)) continue
      const evicted = cache.store(key)
      if (evicted !== undefined) expect(held.delete(evicted)).toBe(true)
      held.add(key)
    }
    expect(cache.keys()).toEqual([...held].toSorted())
    const drained = Array.from({ length: 200 }, () => cache.evict() ?? '')
    expect(drained.toSorted()).toEqual([...held].toSorted())
  })

  it('does not go by entries that were invalidated, which no policy could have kept', () => {
    const cache = new SimulatedCache(auto(), 100)
    const twin = new SimulatedCache(lru(), 100)
    // Every key of a loop is removed before it comes again: nothing is to be gained by leaving lru.
    for (let request = 0; request < 30_000; request++) {
      for (const one of [cache, twin]) {
        one.delete(`loop ${(request + 50) % 120}`)
        one.request(`loop ${request % 120}`)
        one.request(`recent ${Math.floor(request / 20)}`)
      }
    }
    expect(cache.keys()).toEqual(twin.keys())
  })

  it('works where only bytes are bounded, with a number of entries that rises and falls', () => {
    const cache = new SimulatedCache(auto(), Infinity)
    let hits = 0
    for (const [index, key] of requestsOf(['loop'], 60_000, 1).entries()) {
      if (cache.request(key)) hits += 1
      const room = 150 + ((index / 5_000) & 1) * 50
      while (cache.size > room) cache.evict()
    }
    expect(hits / 60_000).toBeGreaterThan(0.4)
  })
})
