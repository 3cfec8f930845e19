import { type Clock, systemClock } from '../clock.ts'
import { overhead } from './overhead.ts'

/** Readers that ask within so many milliseconds of each other are told the same. */
const FRESH_MS = 100

/** A reading is used for so many times as long as it took, and a second at most: readings take a thousandth of a core, unless one takes longer than a millisecond. */
const REST = 1_000
const LONGEST_MS = 1_000

/**
 * What is read from the system when somebody asks, and not on a timer: nobody asks, nothing is spent. Several readers
 * disturb each other neither in their numbers nor by their number. The cost goes to the given layer of the overhead.
 */
export class Reading<T> {
  readonly #layer: string
  readonly #read: () => T
  readonly #clock: Clock
  #value: T
  #freshUntil = 0
  #cost = 0

  /** Reads for the first time at once, so that what a first reading has to load is loaded at the start. */
  constructor(layer: string, read: () => T, clock: Clock = systemClock) {
    this.#layer = layer
    this.#read = read
    this.#clock = clock
    this.#value = this.#readNow()
  }

  /** The value, read anew where the last one is too old. */
  value(): T {
    if (this.#clock.now() >= this.#freshUntil) this.#value = this.#readNow()
    return this.#value
  }

  #readNow(): T {
    const start = this.#clock.now()
    const value = this.#read()
    const end = this.#clock.now()
    overhead.add(this.#layer, end - start)
    // The lesser of two costs: one in which another process had its turn does not count.
    this.#freshUntil = end + Math.min(Math.max(FRESH_MS, REST * Math.min(end - start, this.#cost)), LONGEST_MS)
    this.#cost = end - start
    return value
  }
}
