import type { StoredValue } from './shared-storage.ts'

/** Keys that are remembered one by one; beyond them everything counts as outdated. */
const MAX_KEYS = 10_000
/** Values that are remembered with them; of older ones only that the key is outdated. */
const MAX_VALUES = 1_000

/** A change that a storage has not confirmed. */
export interface Owed {
  /** Milliseconds of the cache's clock at which it was made. */
  readonly at: number
  /** What was set; undefined for an invalidation. */
  readonly value: StoredValue | undefined
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

  owe(key: string, owed: Owed): void {
    if (this.#keys.size >= MAX_KEYS && !this.#keys.has(key)) return this.oweAll()
    this.#keys.set(key, owed)
    this.#values.delete(key)
    if (owed.value === undefined) return
    this.#values.add(key)
    if (this.#values.size > MAX_VALUES) this.#forgetOldestValue()
  }

  oweTag(tag: string): void {
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

  settle(key: string, owed: Owed): void {
    if (this.#keys.get(key) !== owed) return
    this.#keys.delete(key)
    this.#values.delete(key)
  }

  settleTag(tag: string, owed: object): void {
    if (this.#tags.get(tag) === owed) this.#tags.delete(tag)
  }

  settleAll(owed: object): void {
    if (this.#all === owed) this.#all = undefined
  }

  /** The storage refused the value of this key: it is only to be removed. */
  forgetValue(key: string): void {
    const owed = this.#keys.get(key)
    if (owed !== undefined) this.#keys.set(key, { at: owed.at, value: undefined })
    this.#values.delete(key)
  }

  #forgetOldestValue(): void {
    for (const oldest of this.#values) return this.forgetValue(oldest)
  }
}
