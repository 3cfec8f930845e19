import { HashIndex } from '../../../sampling/hash-index.ts'
import { copied } from './copied.ts'
import { NONE } from './slot-list.ts'
import { WindowSegments } from './window-segments.ts'

/** Keys that one miniature cache may hold. */
const MAX_KEYS = 1_024
/** Slots to begin with; all caches together can hold more keys than one. */
const FIRST_CAPACITY = 64

/**
 * What a cache would do with windows of other sizes: caches of keys alone that follow a share of the keys and have the same
 * share of the entries (Waldspurger, Saemundsson, Ahmad and Park, ATC 2017). Whether a key is followed depends on its
 * hash alone; keys of equal hashes are one key here. At most 1,024 keys a cache, however large it is.
 */
export class MiniatureCaches {
  readonly #caches: readonly WindowSegments[]
  /** A slot of its own for each key that any of the caches holds. */
  #index = new HashIndex(FIRST_CAPACITY)
  readonly #free: number[] = []
  #capacity = FIRST_CAPACITY
  #used = 0
  /** Which caches hold the key of a slot, a bit each. */
  #holders = new Uint8Array(FIRST_CAPACITY)
  /** Share of the keys that is followed. */
  #rate = 1
  #followedBelow = 2 ** 32
  /** Keys that each of the caches may hold. Until the cache was full they hold what it holds, which chance makes some more. */
  #maxKeys = 2 * MAX_KEYS

  constructor(windowShares: readonly number[], frequency: (hash: number) => number) {
    this.#caches = windowShares.map((share) => new WindowSegments(share, (slot) => frequency(this.#index.hashOf(slot))))
    for (const cache of this.#caches) cache.grow(FIRST_CAPACITY)
  }

  /** The cache may hold as many entries from now on: a smaller share of the keys is followed where they would be too many. */
  grow(capacity: number): void {
    const before = this.#rate
    while (capacity * this.#rate > MAX_KEYS) this.#rate /= 2
    this.#followedBelow = this.#rate * 2 ** 32
    if (this.#rate < before) this.#thin()
  }

  /** The cache holds as many entries and has no room for more. */
  limit(entries: number): void {
    this.#maxKeys = Math.max(1, Math.round(entries * this.#rate))
  }

  /** Keys that each of the caches may hold. */
  get maxKeys(): number {
    return this.#maxKeys
  }

  follows(hash: number): boolean {
    return Math.imul(hash, 0x9e37_79b1) >>> 0 < this.#followedBelow
  }

  /** A followed key is asked for. Returns which of the caches had it, a bit each; now all do. */
  request(hash: number): number {
    const known = this.#index.find(hash)
    const slot = known === NONE ? this.#take(hash) : known
    const holders = this.#holders[slot] ?? 0
    let bit = 1
    for (const cache of this.#caches) {
      if (holders & bit) {
        cache.use(slot)
      } else {
        while (cache.size >= this.#maxKeys) this.#drop(cache.evict(), bit)
        cache.add(slot)
      }
      bit <<= 1
    }
    this.#holders[slot] = bit - 1
    return holders
  }

  /** A key left the cache for another reason than room. */
  forget(hash: number): void {
    const slot = this.#index.find(hash)
    if (slot !== NONE) this.#forgetSlot(slot)
  }

  #forgetSlot(slot: number): void {
    const holders = this.#holders[slot] ?? 0
    for (const [number, cache] of this.#caches.entries()) if (holders & (1 << number)) cache.remove(slot)
    this.#release(slot)
  }

  #drop(slot: number, bit: number): void {
    const holders = (this.#holders[slot] ?? 0) & ~bit
    this.#holders[slot] = holders
    if (holders === 0) this.#release(slot)
  }

  #take(hash: number): number {
    const slot = this.#free.pop() ?? this.#used++
    if (slot >= this.#capacity) this.#enlarge()
    this.#index.add(hash, slot)
    return slot
  }

  #release(slot: number): void {
    this.#holders[slot] = 0
    this.#index.remove(slot)
    this.#free.push(slot)
  }

  #enlarge(): void {
    this.#capacity *= 2
    this.#holders = copied(this.#holders, new Uint8Array(this.#capacity))
    for (const cache of this.#caches) cache.grow(this.#capacity)
    const before = this.#index
    this.#index = new HashIndex(this.#capacity)
    for (const slot of this.#slots()) this.#index.add(before.hashOf(slot), slot)
  }

  /** Forgets the keys that are not followed any more. */
  #thin(): void {
    for (const slot of this.#slots()) if (!this.follows(this.#index.hashOf(slot))) this.#forgetSlot(slot)
  }

  /** The slots that a cache holds. */
  *#slots(): Generator<number> {
    for (let slot = 0; slot < this.#used; slot++) if (this.#holders[slot] !== 0) yield slot
  }
}
