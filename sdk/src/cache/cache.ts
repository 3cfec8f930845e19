import { diag } from '@opentelemetry/api'
import { type Clock, systemClock } from '../clock.ts'
import { hashResult, hashString } from '../sampling/hash.ts'
import type { ReuseTracker } from '../sampling/reuse-tracker.ts'
import { loadSpan } from '../telemetry/spans.ts'
import type { SharedValue, Storages } from './backends/backend.ts'
import { coarseClock } from './coarse-clock.ts'
import type { EntryTable, NewEntry } from './entry-table.ts'
import { BYPASS, type CacheListener, COALESCED, ERROR, LOCAL_HIT, MISS, SHARED_HIT } from './events.ts'
import type { CacheSettings } from './options.ts'
import { isReadOnce } from './read-once.ts'
import { Flight, isInside, runLoad, SingleFlight } from './single-flight.ts'
import { NONE } from './slots/slot-list.ts'
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
  readonly #local: EntryTable | undefined
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
    const table = this.#local
    if (table === undefined) return undefined
    const slot = table.find(key)
    if (slot === NONE) return undefined
    const now = this.#entryClock.now()
    if (!table.isQuiet(slot, now)) return undefined
    this.#listener.on(LOCAL_HIT)
    this.#track(table.hash(slot))
    return table.use(slot, now)
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
    this.#keep(flight.key, { value: found.value, hash: flight.hash, ttlMs, asynchronous: true })
  }

  #store(key: string, hash: number, value: unknown, ttlMs: number | undefined, asynchronous: boolean): void | Promise<void> {
    this.#keep(key, { value, hash, ttlMs, asynchronous: asynchronous || this.#shared !== undefined })
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
    const value = this.#peekLocal(key)
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
    const count = this.#local?.clear() ?? 0
    if (count > 0) this.#listener.on({ type: 'evicted', reason: 'invalidated', count })
    return this.#shared?.clear()
  }

  /** Ends the connections of the shared tier, if there is one; later requests load. */
  async close(): Promise<void> {
    await this.#shared?.close()
  }

  /** Entries in this process. */
  get entryCount(): number {
    return this.#local?.size ?? 0
  }

  /** Bound on the entries in this process; 0 when it keeps none. */
  get entryLimit(): number {
    return this.#local?.maxEntries ?? 0
  }

  /** Whether the shared tier is bypassed. */
  get degraded(): boolean {
    return this.#shared?.degraded ?? false
  }

  #keep(
    key: string,
    { ttlMs = Number.POSITIVE_INFINITY, ...entry }: Pick<NewEntry, 'value' | 'hash' | 'asynchronous'> & { ttlMs: number | undefined },
  ): void {
    const now = this.#entryClock.now()
    const freshUntil = now + ttlMs
    this.#local?.set(key, { ...entry, quietUntil: freshUntil, freshUntil, expiresAt: freshUntil, loadMs: 0, bytes: 0, tags: [] }, now)
  }

  #peekLocal(key: string): unknown {
    const slot = this.#local?.find(key) ?? NONE
    return slot !== NONE && this.#local?.isQuiet(slot, this.#entryClock.now()) === true ? this.#local.value(slot) : undefined
  }

  /** The value that has expired under this key, taken out of the cache. */
  #takeExpired(key: string): unknown {
    const slot = this.#local?.find(key) ?? NONE
    if (this.#local === undefined || slot === NONE || this.#local.isQuiet(slot, this.#entryClock.now())) return undefined
    const value = this.#local.value(slot)
    this.#local.delete(key)
    this.#listener.on({ type: 'evicted', reason: 'expired', count: 1 })
    return value
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
  #compareWithPrevious(previous: unknown, hash: number, value: unknown): void {
    if (previous === undefined || this.#tracker?.wants(hash) !== true) return
    this.#tracker.check(hashResult(previous) === hashResult(value))
  }
}

function isThenable(result: unknown): result is PromiseLike<unknown> {
  return typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function'
}
