import type { EvictionReason } from '../events.ts'

/** What is read of a cache to tell how many entries it has and why they leave. */
export interface Bounded {
  /** Entries in it now. */
  readonly size: number
  /** Entries that it may hold; 0 when their number has no bound. */
  readonly max: number
  /** Bound on the sum of its entries' sizes; 0 when there is none. */
  readonly maxSize: number
}

/** Is told of entries that left. */
export type OnLeft = (reason: EvictionReason, count: number) => void

/**
 * Finds the entries that leave an lru-cache without a word: it publishes what is stored and what is deleted, not what it
 * throws out to make room, nor `clear()`. So each time it has fewer entries than were to be expected, the rest has left.
 */
export class Departures {
  readonly #cache: Bounded
  readonly #onLeft: OnLeft
  #expected: number

  /** @param added whether the entry that it was first seen with is a new one */
  constructor(cache: Bounded, onLeft: OnLeft, added: boolean) {
    this.#cache = cache
    this.#onLeft = onLeft
    this.#expected = cache.size - (added ? 1 : 0)
  }

  /** A key is about to be deleted. @param reason undefined where nobody loses a value by it */
  beforeDelete(present: boolean, reason: EvictionReason | undefined): void {
    const { size } = this.#cache
    this.#report('invalidated', this.#expected - size)
    this.#expected = size - (present ? 1 : 0)
    if (present && reason !== undefined) this.#onLeft(reason, 1)
  }

  /** A key has been stored. @param added whether it was not there before */
  afterStore(added: boolean): void {
    const { size } = this.#cache
    const left = this.#expected + (added ? 1 : 0) - size
    this.#expected = size
    this.#report(this.#wasForRoom(size, left) ? 'size' : 'invalidated', left)
  }

  /** A cache that makes room stays full; one that was cleared has nothing but the entry that came after. */
  #wasForRoom(size: number, left: number): boolean {
    const { max, maxSize } = this.#cache
    return size === max || (maxSize > 0 && (size > 1 || left === 1))
  }

  #report(reason: EvictionReason, count: number): void {
    if (count > 0) this.#onLeft(reason, count)
  }
}
