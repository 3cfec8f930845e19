import type { Clock } from '../../clock.ts'

/** When a breaker opens, and for how long. */
export interface BreakerSettings {
  /** Failures in a row that open it: one slow answer or one lost packet does not. Infinity: it never opens. */
  readonly failures: number
  /** Milliseconds that it rests before it lets one request through. */
  readonly openMs: number
}

const defaults: BreakerSettings = { failures: 3, openMs: 500 }

/**
 * Keeps a process from waiting for a storage that does not answer: after some failures or timeouts in a row it is open;
 * then one probe is let through each time its rest is over, and the first success closes it. (Nygard, "Release It!", circuit breaker.)
 * Requests that were under way together fail together: that is one failure, so that one slow moment in a burst does not open it.
 */
export class Breaker {
  readonly #clock: Clock
  readonly #settings: BreakerSettings
  #failures = 0
  #failedAt = Number.NEGATIVE_INFINITY
  #probeAt = 0

  constructor(clock: Clock, settings: BreakerSettings = defaults) {
    this.#clock = clock
    this.#settings = settings
  }

  /** Whether the storage is bypassed. */
  get open(): boolean {
    return this.#failures >= this.#settings.failures
  }

  /** Whether a request may go through; while open, true for one probe each time its rest is over. */
  admits(): boolean {
    if (!this.open) return true
    const now = this.#clock.now()
    if (now < this.#probeAt) return false
    this.#probeAt = now + this.#settings.openMs
    return true
  }

  succeeded(): void {
    this.#failures = 0
  }

  /** @param startedAt milliseconds of the clock at which the request that failed began */
  failed(startedAt: number): void {
    if (startedAt < this.#failedAt) return
    this.#failedAt = this.#clock.now()
    this.#failures += 1
    if (this.#failures === this.#settings.failures) this.#probeAt = this.#failedAt + this.#settings.openMs
  }
}

/** Breakers by server. */
export type Breakers = WeakMap<object, Breaker>

const shared: Breakers = new WeakMap()

/** The breaker that all who use one server share, unless they bring breakers of their own: what one of them has learned, the others need not wait for. */
export function breakerOf(server: object, clock: Clock, settings: BreakerSettings = defaults, breakers: Breakers = shared): Breaker {
  const known = breakers.get(server)
  if (known !== undefined) return known
  const breaker = new Breaker(clock, settings)
  breakers.set(server, breaker)
  return breaker
}
