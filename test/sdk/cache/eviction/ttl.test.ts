import { describe, expect, it } from 'vitest'
import { ttl } from '../../../../sdk/src/cache/eviction/ttl.ts'
import { SimulatedCache } from '../../../support/simulated-cache.ts'
import { expectToAgree, type ReferencePolicy } from './reference.ts'

describe('ttl', () => {
  it('drops what would expire soonest, used or not', () => {
    const cache = new SimulatedCache(ttl(), 3)
    cache.store('later', 30)
    cache.store('soonest', 10)
    cache.store('soon', 20)
    cache.use('soonest')
    expect([cache.store('x', 40), cache.store('y', 40)]).toEqual(['soonest', 'soon'])
  })

  it('does not drop what never expires while there is something that does', () => {
    const cache = new SimulatedCache(ttl(), 2)
    cache.store('never')
    cache.store('in a year', 365 * 86_400_000)
    expect(cache.store('x')).toBe('in a year')
    expect(cache.store('y')).toBe('never')
  })

  it('goes by the new time of an entry that was given a new value', () => {
    const cache = new SimulatedCache(ttl(), 2)
    cache.store('a', 10)
    cache.store('b', 20)
    cache.store('a', 30)
    expect(cache.store('c', 40)).toBe('b')
  })

  it('drops of equals the one whose value is oldest', () => {
    const cache = new SimulatedCache(ttl(), 3)
    for (const key of ['a', 'b', 'c', 'a']) cache.store(key, 10)
    expect([cache.evict(), cache.evict(), cache.evict()]).toEqual(['b', 'c', 'a'])
  })

  it('agrees with a list that is sorted each time', () => {
    expectToAgree(ttl(), () => new ReferenceTtl())
  })
})

class ReferenceTtl implements ReferencePolicy {
  #entries: { readonly key: string; readonly expiresAt: number }[] = []

  added(key: string, expiresAt: number): void {
    this.#entries.push({ key, expiresAt })
  }

  used(): void {}

  replaced(key: string, expiresAt: number): void {
    this.removed(key)
    this.added(key, expiresAt)
  }

  removed(key: string): void {
    this.#entries = this.#entries.filter((entry) => entry.key !== key)
  }

  evict(): string | undefined {
    const soonest = Math.min(...this.#entries.map(({ expiresAt }) => expiresAt))
    const key = this.#entries.find(({ expiresAt }) => expiresAt === soonest)?.key
    if (key !== undefined) this.removed(key)
    return key
  }
}
