import { type Clock, systemClock } from '../clock.ts'

/** Reads of one macrotask after which the time is looked up again. */
const READS = 64

/**
 * The time in whole milliseconds, looked up once a macrotask and every 64 reads: asking `performance.now()` at every hit
 * would cost twice an `lru-cache.get`. It is late by no more than what the running macrotask has taken so far.
 */
export class CoarseClock implements Clock {
  readonly #source: Clock
  #time = 0
  #readsLeft = 0
  #scheduled = false

  constructor(source: Clock = systemClock) {
    this.#source = source
  }

  now(): number {
    if (this.#readsLeft-- <= 0) this.#lookUp()
    return this.#time
  }

  #lookUp(): void {
    this.#time = Math.floor(this.#source.now())
    this.#readsLeft = READS - 1
    if (this.#scheduled) return
    this.#scheduled = true
    // Does not hold the process: when nothing else is left to run, nobody reads the time either.
    setImmediate(this.#nextMacrotask).unref()
  }

  readonly #nextMacrotask = (): void => {
    this.#scheduled = false
    this.#readsLeft = 0
  }
}

/** The coarse system clock that all caches of a process share. */
export const coarseClock = new CoarseClock()
