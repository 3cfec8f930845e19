import type { Clock } from '../clock.ts'

/** Failures in a row that open a breaker: one slow answer or one lost packet does not. */
const FAILURES = 3

/** Milliseconds that an open breaker waits before it lets one request through. */
const OPEN_MS = 500

/**
 * Keeps a process from waiting for a storage that does not answer: after three failures or timeouts in a row it is open,
 * every half second one probe is let through, and the first success closes it. (Nygard, "Release It!", circuit breaker.)
 */
export class Breaker {
  readonly #clock: Clock
  #failures = 0
  #probeAt = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether the storage is bypassed. */
  get open(): boolean {
    return this.#failures >= FAILURES
  }

  /** Whether a request may go through; while open, true for one probe each time its rest is over. */
  admits(): boolean {
    if (!this.open) return true
    const now = this.#clock.now()
    if (now < this.#probeAt) return false
    this.#probeAt = now + OPEN_MS
    return true
  }

  succeeded(): void {
    this.#failures = 0
  }

  failed(): void {
    this.#failures += 1
    if (this.#failures === FAILURES) this.#probeAt = this.#clock.now() + OPEN_MS
  }
}
