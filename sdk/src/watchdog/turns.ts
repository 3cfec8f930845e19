import type { Histogram } from 'node:perf_hooks'

/** Tells in which descriptor the agent's thread waits for events; undefined when in none. */
interface Waits {
  descriptor(): string | undefined
}

/**
 * What the watchdog's thread sees of the turns of the agent's loop, without waking it. Whether a turn that does not end is a wait for
 * events, Linux tells: the thread is in `epoll_wait` of the loop's own descriptor. Other loops, as `execSync` has one, have
 * another; which one is the loop's is learned from the first look that finds it waiting.
 */
export class Turns {
  readonly #histogram: Histogram
  readonly #calls: Waits | undefined
  #loop: string | undefined
  /** When the turn that goes on was first seen. */
  #seenAt: number | undefined
  /** Turns that have ended, since the count last began. */
  count = -1
  /** Whether one has ended since this was asked before. */
  haveTurned = false
  /** Whether the loop waits for events now. */
  isWaiting = false
  /** The descriptor that the agent's thread waits in, whoever's it is. */
  waitsIn: string | undefined
  /** Since when the loop is known to be in the turn that it is in. */
  stillSince: number | undefined

  /**
   * @param histogram of the agent's loop, one value for each turn: the same one that the agent's thread has
   * @param calls what the agent's thread waits in; undefined where a timer makes the turns
   */
  constructor(histogram: Histogram, calls: Waits | undefined) {
    this.#histogram = histogram
    this.#calls = calls
  }

  /** Looks at the loop, at a time. */
  see(now: number): void {
    const { count } = this.#histogram
    this.haveTurned = count !== this.count
    this.count = count
    this.waitsIn = this.#calls?.descriptor()
    this.isWaiting = this.waitsIn !== undefined && this.waitsIn === this.#loop
    if (this.isWaiting) this.#seenAt = undefined
    else if (this.haveTurned) this.#seenAt = now
    else this.#seenAt ??= now
    // Whether it stays in this turn is asked soon, but not each time: a busy loop is in one whenever it is looked at.
    const isSpared = this.haveTurned && (this.#calls === undefined || this.stillSince !== undefined)
    this.stillSince = isSpared ? undefined : this.#seenAt
  }

  /** The turn is looked into: the turns before it are forgotten, so that it is the longest one when it is over. */
  forgetOthers(): void {
    if (this.#calls === undefined) return
    this.#histogram.reset()
    this.count = 0
  }

  /** Who looked has found the loop waiting, in this descriptor. */
  foundWaiting(descriptor: string | undefined): void {
    this.#loop = descriptor
  }
}
