import fc from 'fast-check'
import { expect } from 'vitest'
import type { EvictionPolicy } from '../../../../sdk/src/cache/eviction/policy.ts'
import { SimulatedCache } from '../../../support/simulated-cache.ts'

/** The slow and obvious way of a policy: it is told the same as the policy, by keys, and looks through lists. */
export interface ReferencePolicy {
  added(key: string, expiresAt: number): void
  used(key: string): void
  replaced(key: string, expiresAt: number): void
  removed(key: string): void
  /** The key that goes, which it forgets. */
  evict(): string | undefined
}

const operations = fc.array(
  fc.record({
    type: fc.constantFrom('request', 'request', 'request', 'request', 'replace', 'delete', 'evict'),
    key: fc.constantFrom(...'abcdefghijklmnop'),
    expiresAt: fc.constantFrom(10, 20, Infinity),
  }),
  { maxLength: 300, size: 'max' },
)

/** Compares a policy with its reference on made-up requests to caches of one to nine entries: they have to drop the same keys. */
export function expectToAgree(policy: EvictionPolicy, makeReference: (maxEntries: number) => ReferencePolicy): void {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), operations, (maxEntries, list) => {
      const cache = new SimulatedCache(policy, maxEntries, { firstCapacity: maxEntries })
      const reference = makeReference(maxEntries)
      for (const { type, key, expiresAt } of list) {
        const held = cache.has(key)
        if (type === 'evict') expect(cache.evict()).toBe(reference.evict())
        if (type === 'delete' && cache.delete(key)) reference.removed(key)
        if (type === 'request' && cache.use(key)) reference.used(key)
        if (held ? type === 'replace' : type === 'request') {
          const evicted = cache.store(key, expiresAt)
          if (evicted !== undefined) expect(evicted).toBe(reference.evict())
          if (held) reference.replaced(key, expiresAt)
          else reference.added(key, expiresAt)
        }
      }
    }),
    { numRuns: 300 },
  )
}

/** A list of keys, oldest first, of which the oldest goes; a use, a new value or both may make a key young again. */
export class ReferenceList implements ReferencePolicy {
  readonly #renewed: boolean
  #keys: string[] = []

  constructor(renewed: boolean) {
    this.#renewed = renewed
  }

  added(key: string): void {
    this.#keys.push(key)
  }

  used(key: string): void {
    if (!this.#renewed) return
    this.removed(key)
    this.added(key)
  }

  replaced(key: string): void {
    this.used(key)
  }

  removed(key: string): void {
    this.#keys = this.#keys.filter((other) => other !== key)
  }

  evict(): string | undefined {
    return this.#keys.shift()
  }
}
