import type { LRUCache } from 'lru-cache'
import type { Clock } from '../../clock.ts'
import { ownLru } from '../observed/own.ts'

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
  #failures: LRUCache<string, Failure & { readonly until: number }> | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The failure that is still remembered, or undefined. */
  of(key: string): Failure | undefined {
    const failure = this.#failures?.get(key)
    return failure !== undefined && this.#clock.now() < failure.until ? failure : undefined
  }

  /** @param ms milliseconds to remember it; 0: not at all */
  remember(key: string, failure: Failure, ms: number): void {
    if (ms <= 0) return
    this.#failures ??= ownLru(MAX_KEYS)
    this.#failures.set(key, { ...failure, until: this.#clock.now() + ms })
  }

  forget(key: string): void {
    this.#failures?.delete(key)
  }

  clear(): void {
    this.#failures?.clear()
  }
}
