import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'

/** Keys whose last failure is remembered at most; of the others the next request makes another attempt. */
const MAX_KEYS = 1_000

/** How a load failed. */
export interface Failure {
  readonly error: unknown
  /** Whether who asked was given a promise, which rejected. */
  readonly asynchronous: boolean
}

/** Loads that failed a short while ago, so that not every caller makes the same attempt in vain. */
export class FailureMemory {
  readonly #clock: Clock
  #failures: LRUCache<string, Failure> | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The failure that is still remembered, or undefined. */
  of(key: string): Failure | undefined {
    return this.#failures?.get(key)
  }

  remember(key: string, failure: Failure, ms: number): void {
    if (ms <= 0) return
    this.#failures ??= new LRUCache({ max: MAX_KEYS, perf: this.#clock, ttlResolution: 0 })
    this.#failures.set(key, failure, { ttl: Math.min(ms, Number.MAX_SAFE_INTEGER) })
  }

  forget(key: string): void {
    this.#failures?.delete(key)
  }

  clear(): void {
    this.#failures?.clear()
  }
}
