import { diag } from '@opentelemetry/api'
import type { Clock } from '../clock.ts'
import type { SharedStorage, SharedValue } from './backends/backend.ts'
import { Breaker } from './breaker.ts'
import { withDeadline } from './deadline.ts'
import { Debt } from './debt.ts'
import { reason } from '../telemetry/diagnostics.ts'

/** What asking the shared tier for a key gave. */
export type Lookup =
  | { readonly type: 'found'; readonly found: SharedValue; readonly durationMs: number }
  | { readonly type: 'absent'; readonly durationMs: number }
  | NotServed

/** The tier was not asked because its breaker is open, or it did not answer in time or at all. */
type NotServed = { readonly type: 'bypassed' } | { readonly type: 'failed'; readonly error: unknown }

/** Milliseconds that a caller waits for a clear, which takes longer than a deadline; it goes on behind it. */
const CLEAR_WAIT_MS = 1_000

/** Values in a row that a storage must refuse before that is worth a line. */
const REFUSALS = 3

/** A shared storage behind a deadline and a breaker: no call rejects, no lookup takes longer than the deadline. */
export class Tier {
  readonly name: string
  readonly #storage: SharedStorage
  readonly #cacheName: string
  readonly #clock: Clock
  readonly #breaker: Breaker
  readonly #clearBreaker: Breaker
  readonly #debt = new Debt()
  #clearing: Promise<void> | undefined
  #refusals = 0

  constructor(storage: SharedStorage, cacheName: string, clock: Clock) {
    this.name = storage.tier
    this.#storage = storage
    this.#cacheName = cacheName
    this.#clock = clock
    this.#breaker = new Breaker(clock)
    this.#clearBreaker = new Breaker(clock)
  }

  /** Whether the tier is bypassed. */
  get degraded(): boolean {
    return this.#breaker.open
  }

  async get(key: string): Promise<Lookup> {
    const started = this.#clock.now()
    const outdated = this.#debt.covers(key)
    const asked = await this.#ask(async () => {
      if (outdated) await this.#settle(key)
      return this.#storage.get(key)
    })
    if (asked.type !== 'answered') return asked
    const durationMs = this.#clock.now() - started
    // An invalidation while the answer was on its way makes it worthless, as does one that is still to be confirmed.
    if (asked.answer === undefined || this.#debt.covers(key)) return { type: 'absent', durationMs }
    return { type: 'found', found: asked.answer, durationMs }
  }

  /** Stores a value that is newer than every invalidation so far. */
  async set(key: string, value: unknown, ttlMs: number | undefined): Promise<void> {
    const ticket = this.#debt.ticketOf(key)
    const asked = await this.#ask(() => this.#storage.set(key, value, ttlMs))
    if (asked.type === 'failed') return this.#refused(asked.error)
    if (asked.type === 'bypassed') return
    this.#refusals = 0
    this.#debt.settleDelete(key, ticket)
  }

  /** Deletes; what cannot be deleted now counts as absent from now on, and is deleted when the tier answers again. */
  async delete(key: string): Promise<void> {
    this.#debt.oweDelete(key)
    await this.#ask(() => this.#settle(key))
  }

  /** The same for everything. */
  async clear(): Promise<void> {
    this.#debt.oweClear()
    await withDeadline(this.#clearOwed(), CLEAR_WAIT_MS).catch(() => {})
  }

  async close(): Promise<void> {
    await withDeadline(this.#storage.close(), this.#storage.deadlineMs).catch(() => {})
  }

  async #settle(key: string): Promise<void> {
    // Not awaited: clearing takes longer than a lookup may; until it is done, everything counts as absent.
    if (this.#debt.clearTicket > 0) void this.#clearOwed()
    const ticket = this.#debt.ticketOf(key)
    if (ticket === 0) return
    await this.#storage.delete(key)
    this.#debt.settleDelete(key, ticket)
  }

  #clearOwed(): Promise<void> {
    this.#clearing ??= this.#tryClear(this.#debt.clearTicket).finally(() => (this.#clearing = undefined))
    return this.#clearing
  }

  /** A storage that refuses to clear (a replica, a user without the right) is not asked again by every request. */
  async #tryClear(ticket: number): Promise<void> {
    if (!this.#clearBreaker.admits()) return
    const wasOpen = this.#clearBreaker.open
    try {
      await this.#storage.clear()
      this.#clearBreaker.succeeded()
      this.#debt.settleClear(ticket)
    } catch (error) {
      this.#clearBreaker.failed()
      if (wasOpen || !this.#clearBreaker.open || this.#breaker.open) return
      diag.warn(`${this.name} cannot clear cache '${this.#cacheName}' (${reason(error)}); its entries count as absent until it can.`)
    }
  }

  async #ask<T>(call: () => Promise<T>): Promise<{ readonly type: 'answered'; readonly answer: T } | NotServed> {
    if (!this.#breaker.admits()) return { type: 'bypassed' }
    const wasOpen = this.#breaker.open
    try {
      const answer = await withDeadline(call(), this.#storage.deadlineMs)
      this.#breaker.succeeded()
      if (wasOpen) diag.info(`${this.name} answers again for cache '${this.#cacheName}'.`)
      return { type: 'answered', answer }
    } catch (error) {
      this.#breaker.failed()
      // Once an outage, not once a request: a log that floods is an outage of its own.
      if (!wasOpen && this.#breaker.open) diag.warn(this.#outage(error))
      return { type: 'failed', error }
    }
  }

  /** A storage may answer and yet keep nothing (a full one, a replica): no outage, but a cache that never hits. Said once. */
  #refused(error: unknown): void {
    if (this.#breaker.open || ++this.#refusals !== REFUSALS) return
    diag.warn(`${this.name} stores nothing for cache '${this.#cacheName}' (${reason(error)}); every miss loads until it does.`)
  }

  #outage(error: unknown): string {
    return `${this.name} does not serve cache '${this.#cacheName}' (${reason(error)}); it is bypassed until it answers again.`
  }
}
