import { OptionError } from '../errors.ts'
import type { Cache } from './cache.ts'
import { type Duration, durationMs } from './duration.ts'
import { keyOfText } from './key.ts'
import type { CacheStats, Statistics } from './statistics.ts'

/** Options of one `set`. */
export interface SetOptions {
  /** How long this entry stays fresh, instead of the cache's own `ttl`. */
  readonly ttl?: Duration
}

/** What can be done with any cache by hand. Answers are promises where there is a shared tier. */
export interface CacheHandle {
  readonly name: string
  /** The value, or undefined; counts as a request. Waits for a load of this key that is running. */
  get(key: string): unknown
  /** Stores a value; `undefined` is not stored. A load of this key that is running is not stored any more. */
  set(key: string, value: unknown, options?: SetOptions): void | Promise<void>
  /** Invalidates one entry; a load of this key that is running is not stored any more. Never rejects. */
  delete(key: string): void | Promise<void>
  /** Invalidates all entries of this cache; in Redis those of every process. Never rejects. */
  clear(): void | Promise<void>
  /** Counts since the process started, of all its caches of this name. */
  stats(): CacheStats & { readonly entries: number }
  /** Ends connections. A cache in memory has none. Never rejects. */
  close(): Promise<void>
}

/** A cache that answers at once. */
export interface SyncCache<V> extends CacheHandle {
  get(key: string): V | undefined
  set(key: string, value: V, options?: SetOptions): void
  delete(key: string): void
  clear(): void
}

/** A cache with a shared tier. No call rejects: what the tier cannot serve is absent. */
export interface AsyncCache<V> extends CacheHandle {
  get(key: string): Promise<V | undefined>
  set(key: string, value: V, options?: SetOptions): Promise<void>
  delete(key: string): Promise<void>
  clear(): Promise<void>
}

/** The handle of an open cache. */
export function handleOf(cache: Cache, statistics: Statistics): CacheHandle {
  return {
    name: cache.name,
    get: (key) => get(cache, keyOf(key)),
    set: (key, value, { ttl } = {}) => cache.set(keyOf(key), value, ttl === undefined ? cache.ttlMs : durationMs('ttl', ttl)),
    delete: (key) => cache.delete(keyOf(key)),
    clear: () => cache.clear(),
    stats: () => ({ ...statistics.snapshot(), entries: cache.entryCount }),
    close: () => cache.close(),
  }
}

function keyOf(key: unknown): string {
  if (typeof key !== 'string') throw new OptionError('the key', key, 'a string')
  return keyOfText(key)
}

function get(cache: Cache, key: string): unknown {
  const answer = cache.lookup(key)
  return answer === undefined ? cache.readThrough(key) : answer
}
