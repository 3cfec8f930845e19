/** Which of a cache's two storages: the one in this process or the one that processes share. */
export type Place = 'local' | 'shared'

/** Why an entry left a cache. */
export type EvictionReason = 'size' | 'expired' | 'invalidated'

/**
 * All that can happen in a cache. Each request ends in exactly one of the first seven, so that their sum is the number of
 * requests; a request that is loaded because the shared tier did not serve is a `bypass` or an `error`, not also a `miss`.
 */
export type CacheEvent =
  /** Served from an entry. */
  | { readonly type: 'hit'; readonly place: Place }
  /** Served from an entry whose time to live is over, because loading failed or took too long. */
  | { readonly type: 'stale' }
  /** Not there: it is being loaded, or nothing was found. */
  | { readonly type: 'miss' }
  /** Joined a load that was running already, in this process or another. */
  | { readonly type: 'coalesced' }
  /** The shared tier was not asked, because its breaker is open; or the arguments make no key, or a load asked for its own. */
  | { readonly type: 'bypass' }
  /** The shared tier did not answer in time or was not reachable. */
  | { readonly type: 'error' }
  /** A loader answered. */
  | { readonly type: 'loaded'; readonly durationMs: number }
  /** What a load brought is kept. */
  | ({ readonly type: 'stored' } & StoredLoad)
  /** A loader threw or rejected. */
  | { readonly type: 'failed'; readonly durationMs: number; readonly error: unknown }
  /** Entries left the storage of this process. */
  | { readonly type: 'evicted'; readonly reason: EvictionReason; readonly count: number }
  /** The shared tier answered a lookup, with a value or without. */
  | { readonly type: 'lookup'; readonly durationMs: number }
  /** Time that making keys took, as one that was timed stands for others. */
  | { readonly type: 'keyed'; readonly durationMs: number }
  /** A load ended, and another process had stored the same key meanwhile. */
  | { readonly type: 'duplicate' }

/** A load whose value is kept, for the time to live that it has without jitter. Times in milliseconds of the cache's clock. */
export interface StoredLoad {
  readonly key: string
  /** Hash of the key. */
  readonly hash: number
  readonly value: unknown
  /** When it ended, and how long it took. */
  readonly at: number
  readonly loadMs: number
  readonly ttlMs: number
}

/** Someone who is told what happens in a cache. Called on the path of every request: must be quick and must not throw. */
export interface CacheListener {
  on(event: CacheEvent): void
}

/** How a request ended. */
export type RequestResult = Extract<CacheEvent, { readonly type: 'hit' | 'stale' | 'miss' | 'coalesced' | 'bypass' | 'error' }>

// Made once: reporting a request that needs no loader allocates nothing.
export const LOCAL_HIT: RequestResult = { type: 'hit', place: 'local' }
export const SHARED_HIT: RequestResult = { type: 'hit', place: 'shared' }
export const STALE: RequestResult = { type: 'stale' }
export const MISS: RequestResult = { type: 'miss' }
export const COALESCED: RequestResult = { type: 'coalesced' }
export const BYPASS: RequestResult = { type: 'bypass' }
export const ERROR: RequestResult = { type: 'error' }
