import type { Eviction, EvictionPolicy } from '../../sdk/src/cache/eviction/policy.ts'
import { hashString } from '../../sdk/src/sampling/hash.ts'

export interface SimulatedCacheOptions {
  /** Hash of a key, uint32. Default: as in a real cache. */
  readonly hashOf?: (key: string) => number
  /** Slots to begin with; they double up to the bound. Default as in a real cache: 64, or fewer where fewer are enough. */
  readonly firstCapacity?: number
}

/**
 * A cache of keys alone around an eviction policy, which it asks as the entry table does: it evicts before it adds, gives slots out
 * again, and grows. Which keys it holds it knows by itself, so that a policy which names a slot that is free is found out.
 */
export class SimulatedCache {
  readonly #eviction: Eviction
  readonly #maxEntries: number
  readonly #hashOf: (key: string) => number
  readonly #slots = new Map<string, number>()
  readonly #keys: (string | undefined)[] = []
  readonly #free: number[] = []
  #capacity: number

  constructor(
    policy: EvictionPolicy,
    maxEntries: number,
    { hashOf = hashString, firstCapacity = Math.min(64, maxEntries) }: SimulatedCacheOptions = {},
  ) {
    this.#eviction = policy({ maxEntries })
    this.#maxEntries = maxEntries
    this.#hashOf = hashOf
    this.#capacity = firstCapacity
    this.#eviction.grow(firstCapacity)
  }

  get size(): number {
    return this.#slots.size
  }

  has(key: string): boolean {
    return this.#slots.has(key)
  }

  /** The keys it holds, sorted. */
  keys(): string[] {
    return [...this.#slots.keys()].toSorted()
  }

  /** Asks for a key, which is stored when it is not there; true when it was. */
  request(key: string): boolean {
    if (this.use(key)) return true
    this.store(key)
    return false
  }

  /** Asks for a key; true when it was there. */
  use(key: string): boolean {
    const slot = this.#slots.get(key)
    if (slot !== undefined) this.#eviction.used(slot)
    return slot !== undefined
  }

  /** Stores or replaces a key. Returns the key that had to go, if one had. */
  store(key: string, expiresAt: number = Infinity): string | undefined {
    const known = this.#slots.get(key)
    if (known !== undefined) {
      this.#eviction.replaced(known, expiresAt)
      return undefined
    }
    const evicted = this.size >= this.#maxEntries ? this.evict() : undefined
    const slot = this.#free.pop() ?? this.#keys.length
    if (slot >= this.#capacity) this.#eviction.grow((this.#capacity = Math.min(2 * this.#capacity, this.#maxEntries)))
    this.#slots.set(key, slot)
    this.#keys[slot] = key
    this.#eviction.added(slot, this.#hashOf(key), expiresAt)
    return evicted
  }

  /** Removes a key; true when it was there. */
  delete(key: string): boolean {
    const slot = this.#slots.get(key)
    if (slot === undefined) return false
    this.#eviction.removed(slot)
    this.#release(slot)
    return true
  }

  /** Makes room for one entry, as a cache does that is bounded by bytes; undefined when there is nothing to drop. */
  evict(): string | undefined {
    const slot = this.#eviction.evict()
    const key = this.#keys[slot]
    if (key === undefined && (slot !== -1 || this.size > 0))
      throw new Error(`evict() returned ${slot}, which is no entry; there are ${this.size}.`)
    if (key !== undefined) this.#release(slot)
    return key
  }

  #release(slot: number): void {
    this.#slots.delete(this.#keys[slot] ?? '')
    this.#keys[slot] = undefined
    this.#free.push(slot)
  }
}

/** Share of the requests that hit, 0 to 1. */
export function hitRatio(policy: EvictionPolicy, maxEntries: number, keys: readonly string[], options?: SimulatedCacheOptions): number {
  const cache = new SimulatedCache(policy, maxEntries, options)
  return keys.filter((key) => cache.request(key)).length / keys.length
}
