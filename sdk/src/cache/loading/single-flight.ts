import { AsyncLocalStorage } from 'node:async_hooks'
import { MISS, type RequestResult } from '../events.ts'
import type { LoadContext } from './load-context.ts'
import type { Loading, Stale } from './loading.ts'

/** An entry of this process that may have been changed elsewhere. */
export interface DoubtedEntry extends Stale {
  readonly state: 'fresh' | 'stale' | 'expired'
}

/** One run for a key that is not there yet, and whether its outcome may still be stored. */
export class Flight {
  readonly key: string
  /** Hash of the key, for the reuse tracker. */
  readonly hash: number
  /** What everyone who asks meanwhile is given; undefined while a synchronous loader runs. */
  answer: Promise<unknown> | undefined
  /** Whether it loads what is missing; who only looks (`get`) finds nothing then. */
  loads = true
  /** The value that had expired under this key, to compare with the new one. */
  previous: unknown
  /** What the loader is told that there is: stale, or fresh and to be refreshed. */
  known: Stale | undefined
  /** What is given out when the load fails, or takes too long. */
  fallback: Stale | undefined
  /** What is in this process, where only the shared tier could tell whether it is current. */
  doubted: DoubtedEntry | undefined
  /** How the request ends that began it. */
  result: RequestResult = MISS
  /** Whether that was given out. */
  servedStale = false
  /** Called when a fallback is found, where somebody has waited for long enough by then. */
  onFallback: (() => void) | undefined
  loading: Loading | undefined
  /** Whether it is over. */
  ended = false
  /** Whether who asks now may be given its outcome: not when it might be older than an invalidation. */
  joinable = true
  /** Whether what it finds in the shared tier may have been changed since without our knowing: it is not kept here then. */
  unsure = false
  /** An invalidation or a newer value came in between: the outcome goes to its waiters and is not stored. */
  outdated = false
  /** The load that this one was started by, while that ran. */
  startedBy: Flight | undefined
  /** The run for the same key that this one takes the place of: a refresh may begin during a load, or a loader call itself. */
  outer: Flight | undefined
  /** Its number, rising. */
  readonly sequence: number

  constructor(key: string, hash: number, sequence: number = 0) {
    this.key = key
    this.hash = hash
    this.sequence = sequence
  }
}

/** The load that the running code belongs to, through every await: a load that waited for itself would wait for ever. */
const runningLoad = new AsyncLocalStorage<Flight>()

/** Runs the loader of a flight. */
export function runLoad<T>(flight: Flight, load: () => T): T {
  flight.startedBy = currentLoad()
  return runningLoad.run(flight, load)
}

/** Whether the running code belongs to this flight, so that the flight cannot end before it does. */
export function isInside(flight: Flight): boolean {
  for (let inside = currentLoad(); inside !== undefined; inside = inside.startedBy) if (inside === flight) return true
  return false
}

/** What the load that the running code belongs to, of values of type `V`, may know and say; undefined outside of every load. */
export function loadContext<V = unknown>(): LoadContext<V> | undefined
export function loadContext(): LoadContext | undefined {
  return currentLoad()?.loading
}

/** Loads that are over are left out: what they began and did not wait for may go on for long, and begin more. */
function currentLoad(): Flight | undefined {
  return stillRunning(runningLoad.getStore(), (flight) => flight.startedBy)
}

function stillRunning(flight: Flight | undefined, next: (flight: Flight) => Flight | undefined): Flight | undefined {
  let running = flight
  while (running?.ended === true) running = next(running)
  return running
}

/** A flight that can be waited for. */
export type Awaitable = Flight & { readonly answer: Promise<unknown> }

/** Tags that are remembered for running loads; with more of them, nothing that runs is stored. */
const MAX_TAGS = 10_000

/** At most one running load a key, within one process. */
export class SingleFlight {
  readonly #flights = new Map<string, Flight>()
  /** Tags that were invalidated while loads ran, and the number of the last flight that had begun by then. */
  readonly #invalidated = new Map<string, number>()
  #running = 0
  #sequence = 0

  /** The run to wait for, if one for this key can be waited for at this time. */
  running(key: string, now: number): Awaitable | undefined {
    const flight = this.#flights.get(key)
    if (flight?.joinable !== true || !isAwaitable(flight)) return undefined
    // A load that never ends must not keep alive what it was to replace.
    return flight.servedStale && now >= (flight.fallback?.expiresAt ?? 0) ? undefined : flight
  }

  begin(key: string, hash: number): Flight {
    const flight = new Flight(key, hash, ++this.#sequence)
    flight.outer = this.#flights.get(key)
    this.#flights.set(key, flight)
    this.#running += 1
    return flight
  }

  /** Ends a run, unless a newer one took its place. */
  end(flight: Flight): void {
    if (flight.ended) return
    flight.ended = true
    if (flight.sequence > 0 && --this.#running === 0) this.#invalidated.clear()
    // What the load has opened, a connection for example, remembers the flight for as long as it lives; so that has no values.
    flight.answer = undefined
    flight.previous = undefined
    flight.fallback = undefined
    flight.known = undefined
    flight.doubted = undefined
    flight.loading = undefined
    if (this.#flights.get(flight.key) !== flight) return
    // The outer run may have ended before this one.
    const outer = stillRunning(flight.outer, (run) => run.outer)
    if (outer === undefined) this.#flights.delete(flight.key)
    else this.#flights.set(flight.key, outer)
  }

  /** Whether an invalidation since its beginning forbids to store its outcome. */
  isOutdated(flight: Flight, tags: readonly string[]): boolean {
    return flight.outdated || tags.some((tag) => (this.#invalidated.get(tag) ?? 0) >= flight.sequence)
  }

  /** The outcome of this flight is stored: that of an older one must not replace it. */
  outdateOlder(flight: Flight): void {
    for (let older = flight.outer; older !== undefined; older = older.outer) older.outdated = true
  }

  /** Nothing that runs for this key may be stored any more, and whoever asks from now on starts anew. */
  outdate(key: string): void {
    for (let flight = this.#flights.get(key); flight !== undefined; flight = flight.outer) {
      flight.outdated = true
      flight.fallback = undefined
    }
    this.#flights.delete(key)
  }

  /** The same for every key with this hash. */
  outdateHash(hash: number): void {
    for (const flight of this.#flights.values()) if (flight.hash === hash) this.outdate(flight.key)
  }

  /** The same for every key. */
  outdateAll(): void {
    for (const key of this.#flights.keys()) this.outdate(key)
  }

  /** Changes elsewhere may have been missed until now: nobody who asks from now on is given what was read before. */
  doubtAll(): void {
    for (const flight of this.#all()) {
      flight.joinable = false
      flight.unsure = true
    }
  }

  /** Nothing that runs and will turn out to have this tag may be stored; until that is known, nobody who asks from now on is given it. */
  outdateTag(tag: string): void {
    if (this.#running === 0) return
    if (this.#invalidated.size >= MAX_TAGS) return this.outdateAll()
    this.#invalidated.set(tag, this.#sequence)
    for (const flight of this.#all()) flight.joinable = false
  }

  /** Every run, also those that a newer one has taken the place of. */
  *#all(): Generator<Flight> {
    for (const newest of this.#flights.values()) {
      for (let flight: Flight | undefined = newest; flight !== undefined; flight = flight.outer) yield flight
    }
  }
}

function isAwaitable(flight: Flight): flight is Awaitable {
  return flight.answer !== undefined
}
