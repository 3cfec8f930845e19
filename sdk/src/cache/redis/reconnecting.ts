/** Longest pause before the next attempt to connect: with it, a Redis that returns is in use again within a second. */
const MAX_PAUSE_MS = 500
const FIRST_PAUSE_MS = 50

/**
 * Attempts to connect again after growing and jittered pauses, in a timer that does not hold the process: ioredis's own would.
 * Agents that lost the same Redis do not come back in step.
 */
export class Reconnecting {
  readonly #connect: () => void
  readonly #random: () => number
  #attempts = 0
  #timer: NodeJS.Timeout | undefined

  constructor(connect: () => void, random: () => number) {
    this.#connect = connect
    this.#random = random
  }

  later(): void {
    clearTimeout(this.#timer)
    const pause = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#attempts++)
    this.#timer = setTimeout(() => this.#connect(), pause * (0.5 + this.#random() / 2)).unref()
  }

  /** The attempt is made now, for another reason than the pause. */
  cancel(): void {
    clearTimeout(this.#timer)
  }

  succeeded(): void {
    this.#attempts = 0
  }
}
