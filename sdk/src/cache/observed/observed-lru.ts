import { BYPASS, COALESCED, LOCAL_HIT, MISS, STALE } from '../events.ts'
import { Departures } from './departures.ts'
import type { Lru, LruMessage } from './lru-message.ts'
import type { ObservedCache, ObservedStore, RunningLoad } from './observed-cache.ts'

/** A `fetch` that loads. */
export interface LruFetch extends RunningLoad {
  readonly lru: ObservedLru
  /** Error of an earlier load, where the agent uses one status object for several. */
  readonly errorBefore: unknown
}

/** One lru-cache of the agent: makes requests, loads and evictions of what it publishes. `has` and `peek` are no requests. */
export class ObservedLru implements ObservedStore {
  readonly #lru: Lru
  readonly #cache: ObservedCache
  readonly #departures: Departures
  /** Milliseconds; the longest that an entry was stored with, so that it does not change with every entry. */
  #longestTtl = 0
  /** What has just expired, for the rest of the synchronous run: whoever asked for it is told of next. */
  #expired: { readonly key: unknown; readonly value: unknown } | undefined

  /** @param first the message that it was first seen with */
  constructor(lru: Lru, cache: ObservedCache, first: LruMessage) {
    this.#lru = lru
    this.#cache = cache
    this.#departures = new Departures(lru, (reason, count) => cache.statistics.on({ type: 'evicted', reason, count }), adds(first))
    cache.add(this)
  }

  get entryCount(): number {
    return this.#lru.size
  }

  get entryLimit(): number | undefined {
    return this.#lru.max > 0 ? this.#lru.max : undefined
  }

  get ttlMs(): number | undefined {
    const ttl = this.#longestTtl > 0 ? this.#longestTtl : this.#lru.ttl
    return ttl > 0 ? ttl : undefined
  }

  /** Takes note of a synchronous operation. */
  operation(message: LruMessage): void {
    if (message.op === 'get') this.#got(message)
    else if (message.op === 'set') this.#stored(message)
    else if (message.op === 'delete') this.#deletes(message)
    else if (message.op === 'memo') this.#memoized(message)
  }

  /**
   * Takes note of a `fetch` or `forceFetch`, whose lookup is done; returns the load that the caller waits for, if it began
   * one. It counts from here: what its method did before it first waited is over, and not seen.
   */
  fetch(message: LruMessage): LruFetch | undefined {
    const { key, fetch, fetchError: errorBefore } = message
    const servedExpired = (fetch === 'stale' || fetch === 'inflight') && message.returnedStale === true
    if (fetch === 'get') this.#got(message)
    else if (fetch === 'hit') this.#cache.requested(LOCAL_HIT, key)
    else if (servedExpired) this.#cache.requested(STALE, key)
    else if (fetch === 'inflight') this.#cache.requested(COALESCED, key)
    else return { ...this.#fetches(message), lru: this, errorBefore }
    return undefined
  }

  /** The load of a `fetch` ended with a value, perhaps with an expired one in place of an error. */
  fetched(load: LruFetch, { fetchError, result }: LruMessage): void {
    this.#departures.afterStore(false)
    if (fetchError === load.errorBefore) this.#cache.loaded(load, result)
    else this.#cache.failed(load, fetchError)
  }

  /** The load of a `fetch` ended with an error. */
  failed(load: LruFetch, error: unknown): void {
    this.#cache.failed(load, error)
  }

  #got({ get, key, value, returnedStale }: LruMessage): void {
    // An expired value may be given out, or one that is being replaced.
    const servedStale = get === 'fetching' ? value !== undefined : get !== 'miss' && get !== 'hit' && returnedStale === true
    if (get === 'hit') this.#cache.requested(LOCAL_HIT, key)
    else if (servedStale) this.#cache.requested(STALE, key)
    else this.#cache.missed(key, this.#expired?.key === key ? this.#expired?.value : undefined)
  }

  #stored(message: LruMessage): void {
    const { set, key, value, ttl } = message
    if (typeof ttl === 'number' && ttl > this.#longestTtl) this.#longestTtl = ttl
    this.#departures.afterStore(adds(message))
    if (set !== 'deleted' && set !== 'miss') this.#cache.stored(key, value)
  }

  #deletes({ key, delete: how }: LruMessage): void {
    if (how === 'expire') this.#remember(key)
    // An entry has no time left at the very end of its life; the place of a load that runs has no value yet.
    const present = this.#lru.getRemainingTTL(key) !== 0 || this.#lru.info(key) !== undefined
    // A load that failed takes its own place away, not an entry.
    this.#departures.beforeDelete(present, how === 'expire' ? 'expired' : how === 'fetch' ? undefined : 'invalidated')
  }

  #memoized(message: LruMessage): void {
    const { memo, key, forceRefresh } = message
    this.#departures.afterStore(adds(message))
    if (memo === 'hit') this.#cache.requested(LOCAL_HIT, key)
    else if (forceRefresh === true) this.#cache.statistics.on(BYPASS)
    else this.#cache.requested(MISS, key)
  }

  #fetches(message: LruMessage): RunningLoad {
    const { fetch, key } = message
    this.#departures.afterStore(adds(message))
    // No cache of any size serves a request that asks for a new value, so that it says nothing about sizes.
    if (fetch === 'refresh') this.#cache.statistics.on(BYPASS)
    else this.#cache.requested(MISS, key)
    if (fetch !== 'stale') return this.#cache.loads(key)
    this.#cache.statistics.on({ type: 'evicted', reason: 'expired', count: 1 })
    return this.#cache.loads(key, this.#lru.info(key)?.value)
  }

  #remember(key: unknown): void {
    // Not for longer: the agent has let go of it.
    if (this.#expired === undefined) queueMicrotask(() => (this.#expired = undefined))
    this.#expired = { key, value: this.#lru.info(key)?.value }
  }
}

/** Whether there is one entry more after an operation than before. */
function adds({ op, set, memo, fetch, forceRefresh, value }: LruMessage): boolean {
  if (op === 'set') return set === 'add'
  if (op === 'memo') return memo === 'miss' && forceRefresh !== true && value !== undefined
  return op === 'fetch' && fetch === 'miss'
}
