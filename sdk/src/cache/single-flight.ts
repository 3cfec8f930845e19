import { AsyncLocalStorage } from 'node:async_hooks'

/** One run for a key that is not there yet, and whether its outcome may still be stored. */
export class Flight {
  readonly key: string
  /** Hash of the key, for the reuse tracker. */
  readonly hash: number
  /** The value that had expired under this key, to compare with the new one. */
  previous: unknown
  /** What everyone who asks meanwhile is given; undefined while a synchronous loader runs. */
  promise: Promise<unknown> | undefined
  /** Whether it loads what is missing; who only looks (`get`) finds nothing then. */
  loads = true
  /** Whether it is over. */
  ended = false
  /** The load that this one was started by, while that ran. */
  startedBy: Flight | undefined
  /** An invalidation or a newer value came in between: the outcome goes to its waiters and is not stored. */
  outdated = false
  /** A run for the same key that this one was started inside of (a synchronous loader that calls itself). */
  readonly outer: Flight | undefined

  constructor(key: string, hash: number, previous?: unknown, outer?: Flight) {
    this.key = key
    this.hash = hash
    this.previous = previous
    this.outer = outer
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

/** Loads that are over are left out: what they began and did not wait for may go on for long, and begin more. */
function currentLoad(): Flight | undefined {
  return stillRunning(runningLoad.getStore(), (flight) => flight.startedBy)
}

function stillRunning(flight: Flight | undefined, next: (flight: Flight) => Flight | undefined): Flight | undefined {
  let running = flight
  while (running?.ended === true) running = next(running)
  return running
}

/** At most one running load a key, within one process. */
export class SingleFlight {
  readonly #flights = new Map<string, Flight>()

  /** The run to wait for, if one for this key can be waited for. */
  running(key: string): (Flight & { readonly promise: Promise<unknown> }) | undefined {
    const flight = this.#flights.get(key)
    return flight !== undefined && hasPromise(flight) ? flight : undefined
  }

  begin(key: string, hash: number, previous?: unknown): Flight {
    const flight = new Flight(key, hash, previous, this.#flights.get(key))
    this.#flights.set(key, flight)
    return flight
  }

  /** Ends a run, unless a newer one took its place. */
  end(flight: Flight): void {
    flight.ended = true
    // What the load has opened, a connection for example, remembers the flight for as long as it lives; so that has no values.
    flight.promise = undefined
    flight.previous = undefined
    if (this.#flights.get(flight.key) !== flight) return
    // The outer run may have ended before this one.
    const outer = stillRunning(flight.outer, (run) => run.outer)
    if (outer === undefined) this.#flights.delete(flight.key)
    else this.#flights.set(flight.key, outer)
  }

  /** Nothing that runs for this key may be stored any more, and whoever asks from now on starts anew. */
  outdate(key: string): void {
    for (let flight = this.#flights.get(key); flight !== undefined; flight = flight.outer) flight.outdated = true
    this.#flights.delete(key)
  }

  /** The same for every key. */
  outdateAll(): void {
    for (const key of this.#flights.keys()) this.outdate(key)
  }
}

function hasPromise(flight: Flight): flight is Flight & { readonly promise: Promise<unknown> } {
  return flight.promise !== undefined
}
