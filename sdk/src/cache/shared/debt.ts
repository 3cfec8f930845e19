import { hashString } from '../../sampling/hash.ts'
import type { StoredValue } from './shared-storage.ts'

/** Keys that are remembered one by one; beyond them everything counts as outdated. */
const MAX_KEYS = 10_000
/** Values that are remembered with them; of older ones only that the key is outdated. */
const MAX_VALUES = 1_000

/** A change of a key that a storage has not confirmed. */
export interface Owed {
  /** Milliseconds of the cache's clock at which it was made. */
  readonly at: number
  /** What was set; undefined for an invalidation. */
  readonly value: StoredValue | undefined
  /** Whether it was sent before: it may have been made, and others may have made newer ones since. */
  tried: boolean
  /** The attempt to make it that is under way. */
  attempt: Promise<void> | undefined
}

/** A change that was made now. @param at milliseconds of the cache's clock; @param value what was set, undefined for an invalidation */
export function owed(at: number, value: StoredValue | undefined): Owed {
  return { at, value, tried: false, attempt: undefined }
}

/**
 * Changes that a storage has not confirmed: what it still has there is outdated and must not be served. Each is an object
 * of its own, so that confirming an older one does not settle a newer one that came in between.
 */
export class Debt {
  readonly #keys = new Map<string, Owed>()
  readonly #values = new Set<string>()
  readonly #tags = new Map<string, object>()
  #all: object | undefined

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.#keys.size === 0 && this.#tags.size === 0 && this.#all === undefined
  }

  /** Whether what the storage has for this key, with these tags, may be outdated. */
  covers(key: string, tags: readonly string[] = []): boolean {
    return this.#all !== undefined || this.#keys.has(key) || tags.some((tag) => this.#tags.has(tag))
  }

  /** The last change of this key that is to be made. */
  of(key: string): Owed | undefined {
    return this.#keys.get(key)
  }

  /** Keys that are to be changed. */
  keys(): string[] {
    return [...this.#keys.keys()]
  }

  /** Tags that are to be invalidated, each with what confirms it. */
  tags(): [string, object][] {
    return [...this.#tags]
  }

  /** What confirms that everything is removed; undefined when it is not to be. */
  get all(): object | undefined {
    return this.#all
  }

  owe(key: string, change: Owed): void {
    if (this.#keys.size >= MAX_KEYS && !this.#keys.has(key)) return this.oweAll()
    this.#keys.set(key, change)
    this.#values.delete(key)
    if (change.value === undefined) return
    this.#values.add(key)
    if (this.#values.size > MAX_VALUES) this.#forgetOldestValue()
  }

  oweTag(tag: string): void {
    this.outdateTag(tag)
    if (this.#tags.size >= MAX_KEYS && !this.#tags.has(tag)) return this.oweAll()
    this.#tags.set(tag, {})
  }

  /** Everything is to be removed, and with it what was to be changed in it. */
  oweAll(): void {
    this.#keys.clear()
    this.#values.clear()
    this.#tags.clear()
    this.#all = {}
  }

  settle(key: string, change: Owed): void {
    if (this.#keys.get(key) !== change) return
    this.#keys.delete(key)
    this.#values.delete(key)
  }

  settleTag(tag: string, owed: object): void {
    if (this.#tags.get(tag) === owed) this.#tags.delete(tag)
  }

  settleAll(owed: object): void {
    if (this.#all === owed) this.#all = undefined
  }

  /** Values that were set before all of them were invalidated are not to be stored any more, only removed. */
  outdateAll(): void {
    for (const key of this.#values) this.#forgetValue(key)
  }

  /** The same for those with this tag. */
  outdateTag(tag: string): void {
    for (const key of this.#values) if (this.#keys.get(key)?.value?.tags.includes(tag) === true) this.#forgetValue(key)
  }

  /** The same for keys with this hash, which others have changed. */
  outdateHash(hash: number): void {
    for (const key of this.#values) if (hashString(key) === hash) this.#forgetValue(key)
  }

  #forgetValue(key: string): void {
    const change = this.#keys.get(key)
    if (change !== undefined) this.#keys.set(key, { ...change, value: undefined, attempt: undefined })
    this.#values.delete(key)
  }

  #forgetOldestValue(): void {
    for (const oldest of this.#values) return this.#forgetValue(oldest)
  }
}
