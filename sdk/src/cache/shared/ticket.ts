import { after, type Clock } from '../../clock.ts'
import type { Release, StoredValue, Token } from './shared-storage.ts'

/** Milliseconds that a lock is held without a sign of life from its holder: what a crash costs the others. */
export const LEASE_MS = 1_000

/** What a load owes to the shared tier: its outcome, or word that there is none. Exactly one of its methods is called, once. */
export interface Ticket {
  /** Stores what was loaded. @param onOutdated called when that is refused, because an invalidation elsewhere came in between */
  store(value: StoredValue, onOutdated: () => void): void
  /** Nothing is stored; who waits elsewhere is told why. */
  release(outcome: Exclude<Release, { readonly type: 'loaded' | 'failed' }> | { readonly type: 'failed'; readonly error: unknown }): void
}

/** What a ticket does to the tier. */
export interface TicketActions {
  store(key: string, value: StoredValue, token: Token, onOutdated: () => void, onDuplicate?: () => void): void
  release(key: string, outcome: Release): void
  extend(key: string, leaseMs: number): void
}

/** The ticket of a load that holds the lock of its key: says three times a lease that it is alive. */
export class LockTicket implements Ticket {
  readonly #key: string
  readonly #token: Token
  readonly #actions: TicketActions
  readonly #clock: Clock
  #stopExtending: () => void = () => {}

  constructor(key: string, token: Token, actions: TicketActions, clock: Clock) {
    this.#key = key
    this.#token = token
    this.#actions = actions
    this.#clock = clock
    this.#extendLater()
  }

  store(value: StoredValue, onOutdated: () => void): void {
    this.#stopExtending()
    this.#actions.store(this.#key, value, this.#token, onOutdated)
  }

  release(outcome: Parameters<Ticket['release']>[0]): void {
    this.#stopExtending()
    this.#actions.release(this.#key, outcome.type === 'failed' ? { type: 'failed', error: asError(outcome.error) } : outcome)
  }

  #extendLater(): void {
    const extend = () => {
      this.#actions.extend(this.#key, LEASE_MS)
      this.#extendLater()
    }
    this.#stopExtending = after(this.#clock, LEASE_MS / 3, extend, true)
  }
}

/** The ticket of a load that holds no lock: nobody waits for it elsewhere. */
export class FreeTicket implements Ticket {
  readonly #key: string
  readonly #token: Token
  readonly #actions: TicketActions
  readonly #onDuplicate: (() => void) | undefined

  /** @param onDuplicate is told when another load has stored the key meanwhile */
  constructor(key: string, token: Token, actions: TicketActions, onDuplicate?: () => void) {
    this.#onDuplicate = onDuplicate
    this.#key = key
    this.#token = token
    this.#actions = actions
  }

  store(value: StoredValue, onOutdated: () => void): void {
    this.#actions.store(this.#key, value, this.#token, onOutdated, this.#onDuplicate)
  }

  release(): void {}
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
