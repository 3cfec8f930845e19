import { diag } from '@opentelemetry/api'
import { type Clock, systemClock } from '../clock.ts'
import { hashResult, hashString } from '../sampling/hash.ts'
import type { ReuseTracker } from '../sampling/reuse-tracker.ts'
import { loadSpan } from '../telemetry/spans.ts'
import type { LocalStorage, SharedValue, Storages } from './backends/backend.ts'
import { coarseClock } from './coarse-clock.ts'
import { Entry, expiryOf, NEVER } from './entry.ts'
import { BYPASS, type CacheListener, COALESCED, ERROR, LOCAL_HIT, MISS, SHARED_HIT } from './events.ts'
import type { CacheSettings } from './options.ts'
import { isReadOnce } from './read-once.ts'
import { Flight, isInside, runLoad, SingleFlight } from './single-flight.ts'
import { Tier } from './tier.ts'

/** Computes a missing value; may be synchronous or return a promise. */
export type Loader = () => unknown

/**
 * The read-through flow: key → lookup → hit | miss → load → store → answer. What happens is reported as events; nothing
 * here counts. Answers are values where storage and loader are synchronous, else promises.
 */
export class Cache {
  readonly name: string
  readonly ttlMs: number | undefined
  readonly #local: LocalStorage | undefined
  readonly #shared: Tier | undefined
  readonly #flights = new SingleFlight()
  readonly #listener: CacheListener
  readonly #tracker: ReuseTracker | undefined
  readonly #clock: Clock
  /** Entries are dated by a clock that a hit can afford; a test's own clock is taken as it is. */
  readonly #entryClock: Clock
  #warned = false

  constructor(settings: CacheSettings, storages: Storages, listener: CacheListener, tracker: ReuseTracker | undefined) {
    this.name = settings.name
    this.ttlMs = settings.ttlMs
    this.#local = storages.local
    this.#shared = storages.shared && new Tier(storages.shared, settings.name, settings.clock)
    this.#listener = listener
    this.#tracker = tracker
    this.#clock = settings.clock
    this.#entryClock = settings.clock === systemClock ? coarseClock : settings.clock
  }

  /** The answer to a request that this process has an entry for, else undefined. Nearly every request ends here: it allocates nothing. */
  lookup(key: string): unknown {
    const entry = this.#local?.get(key)
    if (entry === undefined || !this.#isFresh(entry)) return undefined
    this.#listener.on(LOCAL_HIT)
    this.#track(entry.hash)
    return entry.answer()
  }

  /**
   * The answer to a request that `lookup` did not serve: from a load that runs already, from the shared tier, or by
   * `load`. Without a loader, undefined where there is nothing. An error of the loader reaches all who wait for it.
   * A load that asks for its own key goes around the cache, because it cannot wait for itself.
   */
  readThrough(key: string, load?: Loader): unknown {
    const running = this.#flights.running(key)
    if (running !== undefined && (running.loads || load === undefined)) {
      if (isInside(running)) return this.readAround(load)
      this.#listener.on(COALESCED)
      this.#track(running.hash)
      return running.promise
    }
    const flight = this.#flights.begin(key, hashString(key), this.#takeExpired(key))
    flight.loads = load !== undefined
    this.#track(flight.hash)
    if (this.#shared !== undefined) return (flight.promise = this.#readShared(this.#shared, flight, load))
    this.#listener.on(MISS)
    return this.#load(flight, load)
  }

  async #readShared(tier: Tier, flight: Flight, load: Loader | undefined): Promise<unknown> {
    const lookup = await tier.get(flight.key)
    if ('durationMs' in lookup) this.#listener.on({ type: 'lookup', durationMs: lookup.durationMs })
    if (lookup.type === 'found') {
      this.#listener.on(SHARED_HIT)
      this.#takeOver(flight, lookup.found)
      return lookup.found.value
    }
    this.#listener.on(lookup.type === 'absent' ? MISS : lookup.type === 'bypassed' ? BYPASS : ERROR)
    return this.#load(flight, load)
  }

  #load(flight: Flight, load: Loader | undefined): unknown {
    if (load === undefined) return this.#flights.end(flight)
    const started = this.#clock.now()
    try {
      const result = runLoad(flight, () => loadSpan(this.name, load))
      if (isThenable(result)) return (flight.promise = this.#awaitLoad(flight, result, started))
      this.#loaded(flight, result, started, false)
      return result
    } catch (error) {
      this.#failed(flight, error, started)
      throw error
    }
  }

  async #awaitLoad(flight: Flight, result: PromiseLike<unknown>, started: number): Promise<unknown> {
    try {
      const value = await result
      this.#loaded(flight, value, started, true)
      return value
    } catch (error) {
      this.#failed(flight, error, started)
      throw error
    }
  }

  #loaded(flight: Flight, value: unknown, started: number, asynchronous: boolean): void {
    this.#listener.on({ type: 'loaded', durationMs: this.#clock.now() - started })
    const { previous } = flight
    this.#flights.end(flight)
    if (value === undefined || flight.outdated) return
    if (isReadOnce(value)) return this.#warnOfReadOnce()
    this.#compareWithPrevious(previous, flight.hash, value)
    void this.#store(flight.key, flight.hash, value, this.ttlMs, asynchronous)
  }

  #warnOfReadOnce(): void {
    if (this.#warned) return
    this.#warned = true
    diag.warn(
      `results of '${this.name}' are not cached, because they can be read only once (generators, streams, responses): let the function return what it read from them.`,
    )
  }

  #failed(flight: Flight, error: unknown, started: number): void {
    this.#listener.on({ type: 'failed', durationMs: this.#clock.now() - started, error })
    this.#flights.end(flight)
  }

  /** Takes over what the shared tier had, for no longer than it has left there. */
  #takeOver(flight: Flight, found: SharedValue): void {
    this.#flights.end(flight)
    if (flight.outdated) return
    const ttlMs = Math.min(found.ttlMs ?? Number.POSITIVE_INFINITY, this.ttlMs ?? Number.POSITIVE_INFINITY)
    this.#local?.set(flight.key, this.#entry(found.value, flight.hash, ttlMs, true))
  }

  #store(key: string, hash: number, value: unknown, ttlMs: number | undefined, asynchronous: boolean): void | Promise<void> {
    this.#local?.set(key, this.#entry(value, hash, ttlMs, asynchronous || this.#shared !== undefined))
    return this.#shared?.set(key, value, ttlMs)
  }

  /** A request whose arguments make no key, or that a load of the same key makes: loads, and keeps nothing. */
  readAround(load: Loader | undefined): unknown {
    this.#listener.on(BYPASS)
    const flight = new Flight('', 0)
    flight.outdated = true
    return this.#shared === undefined ? this.#load(flight, load) : Promise.resolve().then(() => this.#load(flight, load))
  }

  /** The value without loading, counting or counting as a use; a promise of it where there is a shared tier. */
  peek(key: string): unknown {
    const entry = this.#local?.peek(key)
    const value = entry !== undefined && this.#isFresh(entry) ? entry.value : undefined
    if (this.#shared === undefined) return value
    return value === undefined ? this.#peekShared(this.#shared, key) : Promise.resolve(value)
  }

  /** Stores a value that is newer than any running load. A promise where there is a shared tier; it never rejects. */
  set(key: string, value: unknown, ttlMs: number | undefined = this.ttlMs): void | Promise<void> {
    this.#flights.outdate(key)
    if (value !== undefined) return this.#store(key, hashString(key), value, ttlMs, false)
  }

  /** Invalidates: no running load for this key is stored any more. A promise where there is a shared tier; it never rejects. */
  delete(key: string): void | Promise<void> {
    this.#flights.outdate(key)
    if (this.#local?.delete(key) === true) this.#listener.on({ type: 'evicted', reason: 'invalidated', count: 1 })
    return this.#shared?.delete(key)
  }

  /** Invalidates everything. */
  clear(): void | Promise<void> {
    this.#flights.outdateAll()
    if (this.entryCount > 0) this.#listener.on({ type: 'evicted', reason: 'invalidated', count: this.entryCount })
    this.#local?.clear()
    return this.#shared?.clear()
  }

  /** Ends the connections of the shared tier, if there is one; later requests load. */
  async close(): Promise<void> {
    await this.#shared?.close()
  }

  /** Takes note of an entry that the local storage dropped for room; one that had expired was no loss. */
  evicted(entry: Entry): void {
    this.#listener.on({ type: 'evicted', reason: this.#isFresh(entry) ? 'size' : 'expired', count: 1 })
  }

  /** Entries in this process. */
  get entryCount(): number {
    return this.#local?.size ?? 0
  }

  /** Bound on the entries in this process; 0 when it keeps none. */
  get entryLimit(): number {
    return this.#local?.max ?? 0
  }

  /** Whether the shared tier is bypassed. */
  get degraded(): boolean {
    return this.#shared?.degraded ?? false
  }

  #entry(value: unknown, hash: number, ttlMs: number | undefined, asynchronous: boolean): Entry {
    return new Entry(value, expiryOf(this.#entryClock.now(), ttlMs), hash, asynchronous)
  }

  #isFresh(entry: Entry): boolean {
    return entry.expiresAt === NEVER || this.#entryClock.now() < entry.expiresAt
  }

  /** The entry that has expired under this key, taken out of the cache. */
  #takeExpired(key: string): Entry | undefined {
    const entry = this.#local?.peek(key)
    if (entry === undefined || this.#isFresh(entry)) return undefined
    this.#local?.delete(key)
    this.#listener.on({ type: 'evicted', reason: 'expired', count: 1 })
    return entry
  }

  async #peekShared(tier: Tier, key: string): Promise<unknown> {
    const lookup = await tier.get(key)
    return lookup.type === 'found' ? lookup.found.value : undefined
  }

  #track(hash: number): void {
    const tracker = this.#tracker
    if (tracker === undefined) return
    if (tracker.wants(hash)) tracker.record(hash)
    else tracker.skip()
  }

  /** Evidence for whoever asks if these results keep: did the value that expired come back the same? */
  #compareWithPrevious(previous: Entry | undefined, hash: number, value: unknown): void {
    if (previous === undefined || this.#tracker?.wants(hash) !== true) return
    this.#tracker.check(hashResult(previous.value) === hashResult(value))
  }
}

function isThenable(result: unknown): result is PromiseLike<unknown> {
  return typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function'
}
