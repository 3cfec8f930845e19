/**
 * A bounded map that decides by itself what to drop for room. Pure: no time, no IO, so that the live cache and the
 * optimizer's predictions run the very same code. `lru-cache`'s `LRUCache` satisfies it as it is: a hit has no detour.
 */
export interface EvictionStore<V> {
  /** Entries it may hold. */
  readonly max: number
  /** Entries it holds; never more than `max`. */
  readonly size: number
  /** The value, or undefined; counts as a use of the key. */
  get(key: string): V | undefined
  /** The value, or undefined, without counting as a use. */
  peek(key: string): V | undefined
  /** Stores or replaces; may drop others, each of which is told to `onEvict`. */
  set(key: string, value: V): unknown
  /** Removes; true when it was there. Not told to `onEvict`. */
  delete(key: string): boolean
  /** Removes all. Not told to `onEvict`. */
  clear(): void
}

/** What a policy makes a store from. */
export interface EvictionOptions<V> {
  /** Bound on entries: a whole number, 1 or more. */
  readonly maxEntries: number
  /** Told of each entry that was dropped for room. */
  readonly onEvict?: (value: V, key: string) => void
}

/** Makes stores that drop entries in one way. A file of this folder is one policy: its default export makes one of these. */
export type EvictionPolicy = <V extends {}>(options: EvictionOptions<V>) => EvictionStore<V>
