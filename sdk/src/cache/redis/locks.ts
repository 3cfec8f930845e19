import type { Clock } from '../../clock.ts'
import type { Release } from '../shared-storage.ts'
import type { ValueCodec } from '../value-codec.ts'
import { type LockWaiter, LockWaiters } from './lock-waiters.ts'
import type { LockMessage, Message } from './messages.ts'

/** The locks of one namespace: those that this process holds, and those that it waits for. */
export class Locks {
  readonly #codec: ValueCodec
  readonly #origin: string
  readonly #waiters: LockWaiters
  readonly #held = new Map<string, string>()
  #asked = 0

  /** @param origin names this process */
  constructor(codec: ValueCodec, clock: Clock, origin: string) {
    this.#codec = codec
    this.#waiters = new LockWaiters(clock)
    this.#origin = origin
  }

  /** The name under which the next lock is asked for. */
  nextHolder(): string {
    return `${this.#origin}.${++this.#asked}`
  }

  /** Begins to listen for what happens to a lock. @param id that of the key, as in messages */
  expect(id: string): LockWaiter {
    return this.#waiters.expect(id)
  }

  /** This process holds the lock of a key now. */
  take(key: string, holder: string): void {
    this.#held.set(key, holder)
  }

  /** The name under which this process holds the lock of a key; undefined when it does not. */
  holderOf(key: string): string | undefined {
    return this.#held.get(key)
  }

  /** The same, and from now on it is not held any more. */
  letGo(key: string): string | undefined {
    const holder = this.#held.get(key)
    this.#held.delete(key)
    return holder
  }

  /** Passes on to waiters what was heard. */
  heard(message: Message): void {
    if (message.type === 'key') this.#waiters.tell(message.id, undefined)
    else if ('holder' in message) this.#waiters.tell(message.id, message)
  }

  /** How others are told of an outcome that is not stored. */
  async messageOf(id: string, holder: string, outcome: Release): Promise<LockMessage> {
    if (outcome.type === 'failed') return { type: 'failed', id, holder, name: outcome.error.name, message: outcome.error.message }
    if (outcome.type !== 'passed on') return { type: 'free', id, holder }
    if (outcome.value === undefined) return { type: 'passed', id, holder, body: undefined }
    const body = await this.#codec.encode(outcome.value)
    return body === undefined ? { type: 'free', id, holder } : { type: 'passed', id, holder, body: Buffer.from(body) }
  }

  /** What others have told of an outcome that they have not stored. */
  async outcomeOf(message: Exclude<LockMessage, { readonly type: 'stored' }>): Promise<Release> {
    if (message.type === 'free') return { type: 'unknown' }
    if (message.type === 'failed') return { type: 'failed', error: errorFrom(message) }
    if (message.body === undefined) return { type: 'passed on', value: undefined }
    const value = await this.#codec.decode(message.body)
    return value === undefined ? { type: 'unknown' } : { type: 'passed on', value }
  }
}

/** The error of another process's loader, as far as it can be told: its name and message. */
function errorFrom({ name, message }: { readonly name: string; readonly message: string }): Error {
  const error = new Error(message)
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true })
  return error
}
