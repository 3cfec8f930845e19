/**
 * Decides which entry of a cache goes when there is no room. It knows entries by their slots, small whole numbers that the
 * cache uses again after an entry has left. Pure: no time, no IO, so that the live cache and the optimizer's predictions
 * run the very same code. Each slot is told `added` first, and nothing more once it was `removed` or returned by `evict`.
 */
export interface Eviction {
  /** Slots 0 to capacity − 1 may be used from now on. Called before the first entry; the capacity only rises. */
  grow(capacity: number): void
  /**
   * A new entry stands in this slot.
   * @param hash of its key, uint32: what tells a key that comes again from others
   * @param expiresAt milliseconds of the cache's clock, Infinity when it does not expire
   */
  added(slot: number, hash: number, expiresAt: number): void
  /** The entry was asked for and served. Part of every hit: a few operations on integers, no more. */
  used(slot: number): void
  /** The entry was given a new value. */
  replaced(slot: number, expiresAt: number): void
  /** The entry left the cache for another reason than room. */
  removed(slot: number): void
  /** Chooses the entry that goes, forgets it and returns its slot; -1 when there is none. */
  evict(): number
}

/** What a policy is told when a cache opens it. */
export interface EvictionOptions {
  /** Bound on entries; Infinity where only bytes are bounded. */
  readonly maxEntries: number
}

/** Makes evictions of one kind. A file of this folder is one policy: its default export is a function that returns one of these. */
export type EvictionPolicy = (options: EvictionOptions) => Eviction
