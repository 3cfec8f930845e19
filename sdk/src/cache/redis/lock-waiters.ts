import { after, type Clock } from '../../clock.ts'
import type { LockMessage } from '../shared/locks/lock-message.ts'
import type { Message } from './messages.ts'

/** How long beyond its lease a lock is waited for: until then Redis has let it go. */
const BEYOND_LEASE_MS = 5

/** How long a lock is waited for where its release would not be heard of. */
const DEAF_WAIT_MS = 25

/** Someone who may have to wait for a lock: begun before the lock is asked for, so that no release is missed. */
export interface LockWaiter {
  /**
   * Resolves with how this holder let go, or with undefined when its lease is over or the key was invalidated. Never rejects.
   * @param leaseMs what is left of its lease
   * @param hears whether a message would arrive
   */
  wait(holder: string, leaseMs: number, hears: boolean): Promise<LockMessage | undefined>
  /** There is nothing to wait for. */
  end(): void
}

/** Who waits in this process for locks that other processes hold. */
export class LockWaiters {
  readonly #waiters = new Map<string, Set<(message: LockMessage | undefined) => void>>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Begins to listen for what happens to the lock of the key with this id. */
  expect(id: string): LockWaiter {
    const heard: (LockMessage | undefined)[] = []
    let listen = (message: LockMessage | undefined): void => void heard.push(message)
    const listener = (message: LockMessage | undefined): void => listen(message)
    this.#add(id, listener)
    const end = (): void => this.#remove(id, listener)
    return {
      end,
      wait: (holder, leaseMs, hears) =>
        new Promise((resolve) => {
          const finish = (message?: LockMessage): void => {
            cancel()
            end()
            resolve(message)
          }
          const waitMs = hears ? Math.max(leaseMs, 0) + BEYOND_LEASE_MS : Math.min(Math.max(leaseMs, 0), DEAF_WAIT_MS)
          const cancel = after(this.#clock, waitMs, finish)
          listen = (message) => {
            if (message === undefined || message.holder === holder) finish(message)
          }
          for (const message of heard) listen(message)
        }),
    }
  }

  /** Passes on to those who wait what was heard. */
  heard(message: Message): void {
    // A key that was invalidated has no load any more.
    if (message.type === 'key') this.#tell(message.id, undefined)
    else if ('holder' in message) this.#tell(message.id, message)
  }

  #tell(id: string, message: LockMessage | undefined): void {
    for (const listener of this.#waiters.get(id) ?? []) listener(message)
  }

  #add(id: string, listener: (message: LockMessage | undefined) => void): void {
    const listeners = this.#waiters.get(id)
    if (listeners === undefined) this.#waiters.set(id, new Set([listener]))
    else listeners.add(listener)
  }

  #remove(id: string, listener: (message: LockMessage | undefined) => void): void {
    const listeners = this.#waiters.get(id)
    listeners?.delete(listener)
    if (listeners?.size === 0) this.#waiters.delete(id)
  }
}
