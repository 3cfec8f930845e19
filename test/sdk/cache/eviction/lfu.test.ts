import { describe, expect, it } from 'vitest'
import { lfu } from '../../../../sdk/src/cache/eviction/lfu.ts'
import { lru } from '../../../../sdk/src/cache/eviction/lru.ts'
import { hitRatio, SimulatedCache } from '../../../support/simulated-cache.ts'
import { expectToAgree, type ReferencePolicy } from './reference.ts'

const MAX_COUNT = 7

describe('lfu', () => {
  it('drops what was used least', () => {
    const cache = new SimulatedCache(lfu(), 3)
    for (const key of ['a', 'b', 'c', 'a', 'a', 'b']) cache.request(key)
    expect(cache.store('d')).toBe('c')
  })

  it('drops of equals the one that was not used for longest', () => {
    const cache = new SimulatedCache(lfu(), 3)
    for (const key of ['a', 'b', 'c', 'b', 'a', 'c']) cache.request(key)
    expect(cache.store('d')).toBe('b')
  })

  it('does not keep old favourites for ever', () => {
    const cache = new SimulatedCache(lfu(), 4)
    for (let use = 0; use < 1_000; use++) cache.request('favourite')
    for (let key = 0; key < 40; key++) cache.request(`new ${key}`)
    expect(cache.has('favourite')).toBe(false)
  })

  it('follows a drift of what is popular as lru does, which counts that never age cannot', () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => String(Math.floor(index / 200) + (((index * index) % 71) % 20)))
    expect(hitRatio(lfu(), 30, keys)).toBeGreaterThan(hitRatio(lru(), 30, keys) - 0.02)
  })

  it('agrees with a list of counts that is searched from end to end', () => {
    expectToAgree(lfu(), () => new ReferenceLfu())
  })
})

/** Ranks that are written out: count above the rank of the last dropped one. */
class ReferenceLfu implements ReferencePolicy {
  #entries: { readonly key: string; readonly count: number; readonly rank: number }[] = []
  #lowest = 0

  added(key: string, _expiresAt: number, count: number = 1): void {
    this.#entries.push({ key, count, rank: this.#lowest + count })
  }

  used(key: string): void {
    const count = this.#entries.find((entry) => entry.key === key)?.count ?? 0
    this.removed(key)
    this.added(key, Infinity, Math.min(count + 1, MAX_COUNT))
  }

  replaced(key: string): void {
    this.used(key)
  }

  removed(key: string): void {
    this.#entries = this.#entries.filter((entry) => entry.key !== key)
  }

  evict(): string | undefined {
    const [least] = this.#entries.toSorted((one, other) => one.rank - other.rank)
    if (least === undefined) return undefined
    this.#lowest = least.rank
    this.removed(least.key)
    return least.key
  }
}
