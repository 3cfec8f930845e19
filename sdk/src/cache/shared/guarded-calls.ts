import { diag } from '@opentelemetry/api'
import type { Clock } from '../../clock.ts'
import { reason } from '../../telemetry/diagnostics.ts'
import { type Breaker, breakerOf, type Breakers, type BreakerSettings } from './breaker.ts'
import { withDeadline } from './deadline.ts'
import type { SharedStorage } from './shared-storage.ts'

/** The storage was not asked because the breaker of its server is open, or it did not answer in time or at all. */
export type NotServed = { readonly type: 'bypassed' } | { readonly type: 'unreachable'; readonly error: unknown }

/** What guards the calls of a storage. */
export interface Guards {
  readonly cacheName: string
  readonly deadlineMs: number
  /** Settings of breakers for this cache alone; undefined for those that all caches on a server share. */
  readonly breaker: BreakerSettings | undefined
  readonly clock: Clock
  /** Called when a server answers after its breaker was open. */
  readonly onRecovered: () => void
}

/** Calls of a shared storage: each within the deadline, and behind the breaker of the server that it needs. */
export class GuardedCalls {
  readonly #storage: SharedStorage
  readonly #guards: Guards
  readonly #ownBreakers: Breakers | undefined

  constructor(storage: SharedStorage, guards: Guards) {
    this.#storage = storage
    this.#guards = guards
    this.#ownBreakers = guards.breaker === undefined ? undefined : new WeakMap()
  }

  /** Whether a server of the storage is bypassed. */
  get degraded(): boolean {
    const servers = this.#storage.servers?.() ?? [this.#server]
    return Array.from(servers, (server) => this.#breakerAt(server)).some(({ open }) => open)
  }

  /** The breaker of the server that a key needs, or a call about many keys. */
  breakerOf(key: string | undefined): Breaker {
    return this.#breakerAt(this.#storage.serverOf?.(key) ?? this.#server)
  }

  /** Makes a call about a key, or about many. Never rejects. */
  async ask<T>(key: string | undefined, call: () => Promise<T>): Promise<{ readonly type: 'answered'; readonly answer: T } | NotServed> {
    const { deadlineMs, clock, onRecovered } = this.#guards
    const breaker = this.breakerOf(key)
    if (!breaker.admits()) return { type: 'bypassed' }
    const wasOpen = breaker.open
    const started = clock.now()
    try {
      const answer = await withDeadline(call(), deadlineMs)
      breaker.succeeded()
      if (wasOpen) {
        diag.info(`${this.#storage.tier} answers again for cache '${this.#guards.cacheName}'.`)
        onRecovered()
      }
      return { type: 'answered', answer }
    } catch (error) {
      breaker.failed(started)
      // Once an outage, not once a request: a log that floods is an outage of its own.
      if (!wasOpen && breaker.open) diag.warn(this.#outage(error))
      return { type: 'unreachable', error }
    }
  }

  get #server(): object {
    return this.#storage.server ?? this.#storage
  }

  #breakerAt(server: object): Breaker {
    const { breaker, clock } = this.#guards
    return breakerOf(server, clock, breaker, this.#ownBreakers)
  }

  #outage(error: unknown): string {
    const { tier } = this.#storage
    return `${tier} does not serve cache '${this.#guards.cacheName}' (${reason(error)}); it is bypassed until it answers again.`
  }
}
