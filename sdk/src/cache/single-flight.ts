import type { Entry } from './entry.ts'

/** One run for a key that is not there yet, and whether its outcome may still be stored. */
export class Flight {
  readonly key: string
  /** Hash of the key, for the reuse tracker. */
  readonly hash: number
  /** The entry that had expired under this key, to compare its value with the new one. */
  readonly previous: Entry | undefined
  /** What everyone who asks meanwhile is given; undefined while a synchronous loader runs. */
  promise: Promise<unknown> | undefined
  /** An invalidation or a newer value came in between: the outcome goes to its waiters and is not stored. */
  outdated = false
  /** A run for the same key that this one was started inside of (a synchronous loader that calls itself). */
  readonly outer: Flight | undefined

  constructor(key: string, hash: number, previous?: Entry, outer?: Flight) {
    this.key = key
    this.hash = hash
    this.previous = previous
    this.outer = outer
  }
}

/** At most one running load a key, within one process. */
export class SingleFlight {
  readonly #flights = new Map<string, Flight>()

  /** The run to wait for, if one for this key can be waited for. */
  running(key: string): (Flight & { readonly promise: Promise<unknown> }) | undefined {
    const flight = this.#flights.get(key)
    return flight !== undefined && hasPromise(flight) ? flight : undefined
  }

  begin(key: string, hash: number, previous?: Entry): Flight {
    const flight = new Flight(key, hash, previous, this.#flights.get(key))
    this.#flights.set(key, flight)
    return flight
  }

  /** Ends a run, unless a newer one took its place. */
  end(flight: Flight): void {
    if (this.#flights.get(flight.key) !== flight) return
    if (flight.outer === undefined) this.#flights.delete(flight.key)
    else this.#flights.set(flight.key, flight.outer)
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
