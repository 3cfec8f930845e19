import { type Clock, systemClock } from '../../clock.ts'
import { CallerLookup, type FindCaller } from './caller-lookup.ts'
import type { ObservedCache } from './observed-cache.ts'
import { ObservedCaches } from './observed-caches.ts'
import { isLru, isLruMessage, type Lru, type LruMessage, nameOfLru } from './lru-message.ts'
import { type LruFetch, ObservedLru } from './observed-lru.ts'
import type { Observer } from './observe.ts'
import { ownCaches } from './own.ts'

/**
 * Counts what lru-cache (11.3 or later) tells of the agent's caches. A cache goes by the name of its class, of its load
 * function, or else of the place where it was first seen in use; caches of one name count together. It keeps none of them alive.
 */
export class LruObserver implements Observer {
  readonly caches: ObservedCaches
  readonly listeners = {
    'lru-cache:metrics': (message: unknown) => this.#operation(message),
    'tracing:lru-cache:start': (message: unknown) => this.#fetchStarted(message),
    'tracing:lru-cache:error': (message: unknown) => this.#fetchFailed(message),
    'tracing:lru-cache:asyncEnd': (message: unknown) => this.#fetchEnded(message),
  }
  readonly #caller: CallerLookup
  readonly #known = new WeakMap<object, ObservedLru>()
  /** By what the library publishes of it, until it ends. */
  readonly #fetches = new WeakMap<object, LruFetch>()

  constructor(clock: Clock = systemClock, findCaller?: FindCaller) {
    this.caches = new ObservedCaches('memory', clock)
    this.#caller = new CallerLookup(clock, findCaller)
  }

  #operation(message: unknown): void {
    if (isLruMessage(message)) this.#lruOf(message)?.operation(message)
  }

  #fetchStarted(message: unknown): void {
    if (!isLruMessage(message)) return
    const load = this.#lruOf(message)?.fetch(message)
    if (load !== undefined) this.#fetches.set(message, load)
  }

  #fetchFailed(message: unknown): void {
    if (!isLruMessage(message)) return
    const load = this.#takeFetch(message)
    load?.lru.failed(load, message.error)
  }

  /** Is told after an error too. */
  #fetchEnded(message: unknown): void {
    if (!isLruMessage(message)) return
    const load = this.#takeFetch(message)
    load?.lru.fetched(load, message)
  }

  #takeFetch(message: LruMessage): LruFetch | undefined {
    const load = this.#fetches.get(message)
    this.#fetches.delete(message)
    return load
  }

  #lruOf(message: LruMessage): ObservedLru | undefined {
    return this.#known.get(message.cache) ?? this.#meet(message.cache, message)
  }

  #meet(cache: object, message: LruMessage): ObservedLru | undefined {
    if (ownCaches.has(cache) || !isLru(cache)) return undefined
    const named = this.#name(cache)
    if (named === undefined) return undefined
    const lru = new ObservedLru(cache, named, message)
    this.#known.set(cache, lru)
    return lru
  }

  /** Undefined when the stack may not be looked at now: the cache is met at its next operation. */
  #name(cache: Lru): ObservedCache | undefined {
    const name = nameOfLru(cache)
    const known = name === undefined ? undefined : this.caches.find(name)
    if (known !== undefined) return known
    const found = this.#caller.look()
    if (found === undefined) return undefined
    const { site } = found
    return name === undefined && site !== undefined ? this.caches.at(site) : this.caches.named(name ?? 'lru-cache', site)
  }
}
