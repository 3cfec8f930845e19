import { setImmediate as nextTurn } from 'node:timers/promises'
import { diag } from '@opentelemetry/api'
import { reason as reasonOf } from '../../telemetry/diagnostics.ts'
import type { RemovalReason } from './entry-table.ts'

/** Why a value is disposed of: it left the cache, its cache was closed, or it did not go in (too large, or invalidated meanwhile). */
export type DisposeReason = RemovalReason | 'closed' | 'not kept'

/** A value that its cache does not dispose of before the lease ends. */
export interface Lease<V> extends Disposable, AsyncDisposable {
  readonly key: string
  readonly value: V
  /** Ends the lease; once is enough, further calls do nothing. */
  [Symbol.dispose](): void
  /** The same; resolves when the value is disposed of, where this was the last lease of one that has left the cache. Never rejects. */
  [Symbol.asyncDispose](): Promise<void>
}

/** What held values are told. */
export interface HeldValuesParts {
  /** Name of the cache, for warnings. */
  readonly name: string
  /** Whether the cache has an entry of the value. */
  isKept(value: unknown): boolean
  dispose(value: unknown, key: string, reason: DisposeReason): unknown
}

/** What is known of a value until it is disposed of. */
interface Held<V> {
  /** undefined before its first lease. */
  lent: { readonly key: string; readonly value: V } | undefined
  holders: number
  /** Why it left the cache, or did not go in, and the key that it had there; undefined while it is in. */
  left: { readonly key: string; readonly reason: DisposeReason } | undefined
  /** The look that is about to be taken at whether it can go. */
  look: Promise<void> | undefined
}

/**
 * Values that callers hold, and those that have left their cache: each is disposed of once, when nobody holds it and no
 * entry has it. It goes by the value, not by its key: a client may be kept under two keys, and a load may return the old one.
 */
export class HeldValues<V> {
  readonly #parts: HeldValuesParts
  readonly #values = new Map<unknown, Held<V>>()
  readonly #looks = new Set<Promise<void>>()

  constructor(parts: HeldValuesParts) {
    this.#parts = parts
  }

  hold(value: V, key: string): Lease<V> {
    const held = this.#of(value)
    held.lent = { key, value }
    held.holders += 1
    let ended: Promise<void> | undefined
    const end = (): Promise<void> => {
      if (ended !== undefined) return ended
      held.holders -= 1
      return (ended = held.left === undefined ? Promise.resolve() : this.#lookLater(value, held))
    }
    return { key, value, [Symbol.dispose]: () => void end(), [Symbol.asyncDispose]: end }
  }

  /** The value has left the cache, or did not go in. @param key as the cache has it: a long one as its hash */
  left(value: unknown, key: string, reason: DisposeReason): void {
    const held = this.#of(value)
    if (held.left === undefined || reason !== 'not kept') held.left = { key, reason }
    void this.#lookLater(value, held)
  }

  /** The value of this key that had to make room while it is in use still: better than a second one beside it. */
  inUse(key: string): V | undefined {
    for (const { lent, holders, left } of this.#values.values())
      if (lent?.key === key && holders > 0 && left?.reason === 'size') return lent.value
    return undefined
  }

  /** Resolves when all that nobody holds is disposed of. Never rejects. */
  async settled(): Promise<void> {
    await Promise.all(this.#looks)
  }

  #of(value: unknown): Held<V> {
    const known = this.#values.get(value)
    if (known !== undefined) return known
    const held: Held<V> = { lent: undefined, holders: 0, left: undefined, look: undefined }
    this.#values.set(value, held)
    return held
  }

  /** In the next turn of the event loop: until then the value may be on its way to a caller, or into an entry. */
  #lookLater(value: unknown, held: Held<V>): Promise<void> {
    if (held.look !== undefined) return held.look
    const look = nextTurn().then(async () => {
      held.look = undefined
      await this.#disposeIfFree(value, held)
      this.#looks.delete(look)
    })
    this.#looks.add(look)
    return (held.look = look)
  }

  async #disposeIfFree(value: unknown, held: Held<V>): Promise<void> {
    if (held.left === undefined) return
    const { key: cacheKey, reason } = held.left
    if (this.#parts.isKept(value)) held.left = undefined
    else if (held.holders === 0) {
      this.#values.delete(value)
      const key = held.lent?.key ?? cacheKey
      try {
        await this.#parts.dispose(value, key, reason)
      } catch (error) {
        diag.warn(`a value of cache '${this.#parts.name}' could not be disposed of (${reasonOf(error)}).`)
      }
    }
  }
}
