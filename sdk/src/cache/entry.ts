/** `expiresAt` of an entry that never expires. Not Infinity: a small integer needs no box of its own in each entry. */
export const NEVER = 0

/** A cached value, and what a hit needs to know of it. One shape for all, so that the hit path stays monomorphic. */
export class Entry {
  readonly value: unknown
  /** When it expires, in whole milliseconds of the cache's clock, or `NEVER`. */
  readonly expiresAt: number
  /** Hash of its key, computed once, for the reuse tracker; signed, so that it needs no box of its own either. */
  readonly #hash: number
  /** What callers are given: the value itself; a promise of it once an asynchronous entry was hit; until then undefined. */
  #answer: unknown

  constructor(value: unknown, expiresAt: number, hash: number, asynchronous: boolean) {
    this.value = value
    this.expiresAt = expiresAt
    this.#hash = hash | 0
    this.#answer = asynchronous ? undefined : value
  }

  /** Hash of its key, uint32. */
  get hash(): number {
    return this.#hash >>> 0
  }

  /**
   * What a hit returns. The promise is made at the first hit and kept: returning it is cheaper than an `async` function
   * that makes one each time (2.4 against 3.1 times `lru-cache.get`), and entries that are never hit do not pay for one.
   */
  answer(): unknown {
    // Not `??`: the answer of a synchronous entry may be null. A value is never undefined.
    if (this.#answer === undefined) this.#answer = Promise.resolve(this.value)
    return this.#answer
  }
}

/** Milliseconds of a clock until which an entry that is stored now stays fresh. */
export function expiryOf(nowMs: number, ttlMs: number | undefined): number {
  return ttlMs === undefined || ttlMs === Number.POSITIVE_INFINITY ? NEVER : Math.ceil(nowMs + ttlMs)
}
