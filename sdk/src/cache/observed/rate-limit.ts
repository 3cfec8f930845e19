import type { Clock } from '../../clock.ts'

/** Allows something so many times a second, and no more. */
export class RateLimit {
  readonly #perSecond: number
  readonly #clock: Clock
  #second = -Infinity
  #taken = 0

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond
    this.#clock = clock
  }

  /** Whether it may happen now; then it counts. */
  take(): boolean {
    const second = Math.floor(this.#clock.now() / 1_000)
    if (second !== this.#second) this.#taken = 0
    this.#second = second
    return this.#taken++ < this.#perSecond
  }
}
