/** Share of what earlier windows saw that still counts at the next one: the last eight or so decide. */
const MEMORY = 7 / 8

/**
 * Divides the time of a function's calls, all of which is known, between the event loop and waiting, in the proportion that the last
 * windows saw (a ratio estimate). So whatever never waits gets no waiting, and a window that closes late, or sees part of a call, counts
 * for no more than it saw. All times in milliseconds, summed over calls.
 */
export class TimeSplit {
  onLoopMs = 0
  waitMs = 0
  #seenOnLoopMs = 0
  #seenMs = 0
  #dividedMs: number

  /** @param durationMs time of all calls so far, which is not to be divided, because it was not seen */
  constructor(durationMs: number) {
    this.#dividedMs = durationMs
  }

  /** Whether a window has seen any call. */
  get isKnown(): boolean {
    return this.#seenMs > 0
  }

  /** What one window saw: time of calls, and how much of that was on the event loop. */
  saw(durationMs: number, onLoopMs: number): void {
    if (durationMs <= 0) return
    this.#seenMs = this.#seenMs * MEMORY + durationMs
    this.#seenOnLoopMs = this.#seenOnLoopMs * MEMORY + Math.min(onLoopMs, durationMs)
  }

  /** Divides what has come since the last time; `durationMs` is the time of all calls so far. Waits until there is a proportion. */
  divide(durationMs: number): void {
    const more = durationMs - this.#dividedMs
    if (more <= 0 || !this.isKnown) return
    const onLoopMs = (more * this.#seenOnLoopMs) / this.#seenMs
    this.onLoopMs += onLoopMs
    this.waitMs += more - onLoopMs
    this.#dividedMs = durationMs
  }
}
