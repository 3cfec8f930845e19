/** Which of a cache's two storages: the one in this process or the one that processes share. */
export type Place = 'local' | 'shared'

/** Why an entry left a cache. */
export type EvictionReason = 'size' | 'expired' | 'invalidated'

/**
 * All that can happen in a cache. Each request ends in exactly one of the first six, so that their sum is the number of
 * requests; a request that is loaded because the shared tier did not serve is a `bypass` or an `error`, not also a `miss`.
 */
export type CacheEvent =
  /** Served from an entry. */
  | { readonly type: 'hit'; readonly place: Place }
  /** Not there: it is being loaded, or nothing was found. */
  | { readonly type: 'miss' }
  /** Joined a load that was running already. */
  | { readonly type: 'coalesced' }
  /** The shared tier was not asked, because its breaker is open; or the arguments make no key, or a load asked for its own. */
  | { readonly type: 'bypass' }
  /** The shared tier did not answer in time or was not reachable. */
  | { readonly type: 'error' }
  /** A loader answered. */
  | { readonly type: 'loaded'; readonly durationMs: number }
  /** A loader threw or rejected. */
  | { readonly type: 'failed'; readonly durationMs: number; readonly error: unknown }
  /** Entries left the storage of this process. */
  | { readonly type: 'evicted'; readonly reason: EvictionReason; readonly count: number }
  /** The shared tier answered a lookup, with a value or without. */
  | { readonly type: 'lookup'; readonly durationMs: number }

/** Someone who is told what happens in a cache. Called on the path of every request: must be quick and must not throw. */
export interface CacheListener {
  on(event: CacheEvent): void
}

// Made once: reporting a request that needs no loader allocates nothing.
export const LOCAL_HIT: CacheEvent = { type: 'hit', place: 'local' }
export const SHARED_HIT: CacheEvent = { type: 'hit', place: 'shared' }
export const MISS: CacheEvent = { type: 'miss' }
export const COALESCED: CacheEvent = { type: 'coalesced' }
export const BYPASS: CacheEvent = { type: 'bypass' }
export const ERROR: CacheEvent = { type: 'error' }
