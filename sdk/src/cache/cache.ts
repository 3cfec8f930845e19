import { type Clock, systemClock } from '../clock.ts'
import { isThenable } from '../sampling/outcome.ts'
import { hashString } from '../sampling/hash.ts'
import type { ReuseTracker } from '../sampling/reuse-tracker.ts'
import type { Storages } from './backends/backend.ts'
import { coarseClock } from './coarse-clock.ts'
import { type DumpedEntry, dumpEntries, entriesOf, type EntryMetadata } from './memory/entries.ts'
import type { EntryRules } from './options/entry-options.ts'
import type { EntryTable } from './memory/entry-table.ts'
import { BYPASS, type CacheListener, COALESCED, LOCAL_HIT, MISS, type RequestResult, STALE } from './events.ts'
import { type Failure, FailureMemory } from './loading/failure-memory.ts'
import { Front, type Kept } from './memory/front.ts'
import { type Loader, Loads } from './loading/loads.ts'
import type { CacheSettings } from './options/options.ts'
import { SharedRead } from './loading/shared-read.ts'
import { type Awaitable, Flight, isInside, SingleFlight } from './loading/single-flight.ts'
import { NONE } from './memory/slots/slot-list.ts'
import { Storing } from './loading/storing.ts'
import { Tier } from './shared/tier.ts'
import { withinTimeouts } from './loading/within-timeouts.ts'

/**
 * The read-through flow: key → lookup → hit | stale | miss → load → store → answer. What happens is reported as events;
 * nothing here counts. Answers are values where storage and loader are synchronous, else promises.
 */
export class Cache {
  readonly name: string
  readonly rules: EntryRules
  /** The entries in this process, where it keeps any. */
  readonly table: EntryTable | undefined
  readonly #tier: Tier | undefined
  readonly #sharedRead: SharedRead | undefined
  readonly #flights = new SingleFlight()
  readonly #failures: FailureMemory
  readonly #front: Front
  readonly #storing: Storing
  readonly #loads: Loads
  readonly #sizeOf: (value: unknown) => number
  readonly #background: ((work: Promise<void>) => void) | undefined
  readonly #listener: CacheListener
  readonly #tracker: ReuseTracker | undefined
  readonly #clock: Clock
  /** Entries are dated by a clock that a hit can afford; a test's own clock is taken as it is. */
  readonly #entryClock: Clock

  constructor(settings: CacheSettings, storages: Storages, listener: CacheListener, tracker: ReuseTracker | undefined) {
    const { name, rules, clock } = settings
    this.name = name
    this.rules = rules
    this.table = storages.local
    this.#listener = listener
    this.#tracker = tracker
    this.#clock = clock
    this.#sizeOf = settings.sizeOf
    this.#background = settings.background
    const entryClock = (this.#entryClock = clock === systemClock ? coarseClock : clock)
    const flights = this.#flights
    const failures = (this.#failures = new FailureMemory(entryClock))
    const tier = (this.#tier = storages.shared && new Tier(storages.shared, settings, () => listener.on({ type: 'duplicate' })))
    this.#front = new Front({ table: this.table, flights, failures, listener, clock: entryClock })
    const storing = (this.#storing = new Storing(settings, { table: this.table, tier, tracker, clock: entryClock }))
    const loads = (this.#loads = new Loads({ name, flights, failures, storing, listener, clock, entryClock }))
    if (tier !== undefined) this.#sharedRead = new SharedRead({ tier, flights, failures, storing, loads, listener, entryClock })
    if (this.table !== undefined) tier?.watch(this.#front)
  }

  /** The answer to a request that this process has an entry for, else undefined. Nearly every request ends here: it allocates nothing. */
  lookup(key: string): unknown {
    const { table } = this
    if (table === undefined || this.#front.doubtful) return undefined
    const slot = table.find(key)
    if (slot === NONE) return undefined
    const now = this.#entryClock.now()
    if (!table.isQuiet(slot, now)) return undefined
    this.#listener.on(LOCAL_HIT)
    const tracker = this.#tracker
    if (tracker !== undefined && !tracker.passes()) this.#track(table.hash(slot))
    return table.use(slot, now)
  }

  /** Takes note of what making keys took, milliseconds. */
  keyed(durationMs: number): void {
    this.#listener.on({ type: 'keyed', durationMs })
  }

  /** The answer to a request: `lookup`, or else `readThrough`. */
  read(key: string, load?: Loader, rules?: EntryRules): unknown {
    const answer = this.lookup(key)
    return answer === undefined ? this.readThrough(key, load, rules) : answer
  }

  /**
   * The answer to a request that `lookup` did not serve: from a load that runs already, from the shared tier, by `load`, or
   * a stale value where that fails or takes too long. Without a loader, undefined where there is nothing fresh. An error of
   * the loader reaches all who wait for it. A load that asks for its own key goes around the cache, because it cannot wait for itself.
   */
  readThrough(key: string, load?: Loader, rules: EntryRules = this.rules): unknown {
    const kept = this.#front.look(key)
    if (kept?.state === 'fresh' && !this.#front.doubtful) return this.#hitAndRefresh(key, kept, load, rules)
    const running = this.#flights.running(key, this.#entryClock.now())
    if (running !== undefined && (running.loads || load === undefined)) {
      return isInside(running) ? this.readAround(load, rules) : this.#join(running)
    }
    const failure = load && this.#failures.of(key)
    if (failure !== undefined) return this.#failAgain(key, kept, failure)
    const flight = this.#begin(key, kept, load)
    this.#track(flight.hash)
    return this.#counted(flight, () => this.#fly(flight, load, rules, 0))
  }

  /** Loads anew whatever there is, and keeps that. An error is the caller's; what was there stays. */
  refresh(key: string, load: Loader, rules: EntryRules = this.rules): unknown {
    const flight = this.#begin(key, this.#front.look(key), load)
    flight.fallback = undefined
    flight.doubted = undefined
    return this.#counted(flight, () => this.#fly(flight, load, rules, Number.POSITIVE_INFINITY))
  }

  /** A request whose arguments make no key, or that a load of the same key makes: loads, and keeps nothing. */
  readAround(load: Loader | undefined, rules: EntryRules = this.rules): unknown {
    const flight = new Flight('', 0)
    flight.outdated = true
    this.#listener.on(BYPASS)
    const run = (): unknown => this.#loads.run(flight, load, rules, undefined)
    return this.#tier === undefined ? run() : Promise.resolve().then(run)
  }

  /**
   * The value while it is fresh, or undefined; counts as a request. In memory the value itself, at once; where there is a
   * shared tier a promise, which also waits for a load that is running.
   */
  get(key: string): unknown {
    if (this.#tier !== undefined) return this.read(key)
    const kept = this.#front.look(key)
    this.#track(kept?.hash ?? hashString(key))
    this.#listener.on(kept?.state === 'fresh' ? LOCAL_HIT : MISS)
    if (kept?.state !== 'fresh') return undefined
    this.table?.use(kept.slot, this.#entryClock.now())
    return kept.value
  }

  /** The value without loading, counting or counting as a use; a promise of it where there is a shared tier. */
  peek(key: string): unknown {
    const value = this.#front.peek(key)
    if (this.#tier === undefined) return value
    return value === undefined ? this.#tier.peek(key) : Promise.resolve(value)
  }

  /**
   * Stores a value that is newer than any running load; `undefined` is not stored. A promise where there is a shared tier; it never rejects.
   * @param asynchronous whether callers are given a promise of it
   */
  set(key: string, value: unknown, rules: EntryRules = this.rules, asynchronous: boolean = false): void | Promise<void> {
    this.#front.outdateLoads(key)
    if (value !== undefined) return this.#storing.set({ key, hash: hashString(key), value, asynchronous }, rules)
  }

  /** Invalidates: no running load for this key is stored any more. A promise where there is a shared tier; it never rejects. */
  delete(key: string): void | Promise<void> {
    this.#front.delete(key)
    return this.#tier?.delete(key)
  }

  /** Invalidates every entry with this tag, and every running load that will turn out to have it. */
  deleteTag(tag: string): void | Promise<void> {
    const [id = tag] = this.#storing.tagIds([tag])
    this.#front.tagInvalidated(id)
    return this.#tier?.deleteTag(id)
  }

  /** Invalidates everything. */
  clear(): void | Promise<void> {
    this.#front.cleared()
    return this.#tier?.clear()
  }

  /** What is known of each entry in this process. */
  entries(): Iterable<EntryMetadata> {
    return this.table === undefined ? [] : entriesOf(this.table, { ...this.#reading(), sizeOf: this.#sizeOf })
  }

  /** The entries in this process, to be written down. */
  dump(): readonly DumpedEntry[] {
    return this.table === undefined ? [] : dumpEntries(this.table, this.#reading())
  }

  /** Takes entries that were dumped, as far as their time is not over. */
  restore(entries: readonly DumpedEntry[]): void {
    const { wallTime } = this.#reading()
    const left = (at: number | null): number => (at === null ? Number.POSITIVE_INFINITY : at - wallTime)
    for (const { loadTime: loadMs, freshUntil, expiresAt, ...entry } of entries)
      this.#storing.restore({ ...entry, loadMs, freshMs: left(freshUntil), servedMs: left(expiresAt) })
  }

  #reading(): { readonly now: number; readonly wallTime: number } {
    return { now: this.#entryClock.now(), wallTime: Date.now() }
  }

  /** Ends the connections of the shared tier, if there is one; later requests load. */
  async close(): Promise<void> {
    await this.#tier?.close()
  }

  /** Whether the shared tier is bypassed. */
  get degraded(): boolean {
    return this.#tier?.degraded ?? false
  }

  /** A hit after which the value is loaded anew, behind the caller's back, and by no other hit. */
  #hitAndRefresh(key: string, kept: Kept, load: Loader | undefined, rules: EntryRules): unknown {
    const now = this.#entryClock.now()
    this.table?.setQuiet(kept.slot, kept.freshUntil)
    this.#listener.on(LOCAL_HIT)
    this.#track(kept.hash)
    const answer = this.table?.use(kept.slot, now)
    // Behind a synchronous function nothing can be loaded without somebody waiting for it.
    if (load === undefined || !isThenable(answer) || this.#failures.of(key) !== undefined) return answer
    const flight = this.#begin(key, kept, load)
    flight.fallback = kept
    // What another process has loaded since will do: it stays fresh for longer than half way between ours and a new one.
    this.#behind(this.#fly(flight, load, rules, (kept.freshUntil - now + rules.ttlMs) / 2))
    return answer
  }

  #join(flight: Awaitable): unknown {
    this.#track(flight.hash)
    return this.#counted(flight, () => flight.answer, COALESCED)
  }

  /** A load failed a short while ago: no other attempt is made yet. */
  #failAgain(key: string, kept: Kept | undefined, { error, asynchronous }: Failure): unknown {
    this.#track(kept?.hash ?? hashString(key))
    if (kept?.state === 'stale') {
      this.#listener.on(STALE)
      return this.table?.use(kept.slot, this.#entryClock.now())
    }
    this.#listener.on(MISS)
    if (asynchronous) return Promise.reject(error)
    throw error
  }

  #begin(key: string, kept: Kept | undefined, load: Loader | undefined): Flight {
    const flight = this.#flights.begin(key, kept?.hash ?? hashString(key))
    flight.loads = load !== undefined
    flight.previous = kept?.value
    if (this.#front.doubtful) flight.doubted = kept
    else if (kept?.state !== 'expired') flight.known = kept
    // Who only looks is not given what is stale.
    if (flight.loads && flight.known !== undefined && kept?.state === 'stale') flight.fallback = kept
    return flight
  }

  /** @param beyondMs what the shared tier has will do when it stays fresh for longer than this */
  #fly(flight: Flight, load: Loader | undefined, rules: EntryRules, beyondMs: number): unknown {
    const outcome = this.#sharedRead?.run(flight, load, rules, beyondMs) ?? this.#loads.run(flight, load, rules, undefined)
    if (!(outcome instanceof Promise)) return outcome
    flight.answer = outcome
    if (rules.timeoutMs === Number.POSITIVE_INFINITY && rules.hardTimeoutMs === Number.POSITIVE_INFINITY) return outcome
    flight.answer = withinTimeouts(flight, outcome, rules, this.#clock, (error) => this.#loads.giveUp(flight, error, rules))
    if (flight.servedStale) this.#behind(outcome)
    return flight.answer
  }

  /** Lets something go on that nobody waits for; its failure is reported already. */
  #behind(work: unknown): void {
    if (!(work instanceof Promise)) return
    const quiet = work.then(nothing, nothing)
    this.#background?.(quiet)
  }

  /** Counts a request, where a stale value may be served not before it is known whether it was. */
  #counted(flight: Flight, run: () => unknown, result?: RequestResult): unknown {
    if (this.#tier === undefined && flight.fallback === undefined) {
      this.#listener.on(result ?? MISS)
      return run()
    }
    const count = (): void => this.#listener.on(flight.servedStale ? STALE : (result ?? flight.result))
    let answer: unknown
    try {
      answer = run()
    } catch (error) {
      count()
      throw error
    }
    if (answer instanceof Promise) return countedLater(answer, count)
    count()
    return answer
  }

  #track(hash: number): void {
    const tracker = this.#tracker
    if (tracker === undefined) return
    if (tracker.wants(hash)) tracker.record(hash)
    else tracker.skip()
  }
}

/** A promise of its own, so that who ignores a rejection is still told of it by Node.js. */
async function countedLater(answer: Promise<unknown>, count: () => void): Promise<unknown> {
  try {
    return await answer
  } finally {
    count()
  }
}

function nothing(): void {}
