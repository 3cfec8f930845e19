import { after, type Clock, systemClock } from '../../clock.ts'

/** Longest pause before the next attempt to connect: with it, a Redis that returns is in use again within a second. */
const MAX_PAUSE_MS = 500
const FIRST_PAUSE_MS = 50

/**
 * Attempts to connect again after growing and jittered pauses, in a timer that does not hold the process: ioredis's own would.
 * Agents that lost the same Redis do not come back in step. When nobody has used the connection since the last attempt, the
 * next one waits for somebody who does: what ioredis leaves behind of each holds the process for a while, so that an agent
 * that has nothing more to do would never end.
 */
export class Reconnecting {
  readonly #connect: () => void
  readonly #random: () => number
  readonly #clock: Clock
  #attempts = 0
  #cancel: () => void = () => {}
  #used = true
  #waitsForUse = false

  constructor(connect: () => void, random: () => number, clock: Clock = systemClock) {
    this.#connect = connect
    this.#random = random
    this.#clock = clock
  }

  /** Plans the next attempt. */
  later(): void {
    this.#cancel()
    this.#waitsForUse = !this.#used
    if (this.#waitsForUse) return
    this.#used = false
    const pause = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#attempts++)
    this.#cancel = after(this.#clock, pause * (0.5 + this.#random() / 2), this.#connect, true)
  }

  /** Somebody uses the connection, or would if it stood. */
  use(): void {
    this.#used = true
    if (!this.#waitsForUse) return
    this.#waitsForUse = false
    this.#connect()
  }

  /** The attempt is made now, for another reason than the pause, or not at all. */
  cancel(): void {
    this.#cancel()
    this.#waitsForUse = false
  }

  succeeded(): void {
    this.#attempts = 0
  }
}
