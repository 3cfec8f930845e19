/** What is stored in the memory of this process. Times are milliseconds of the cache's clock; Infinity is never. */
export interface NewEntry {
  readonly value: unknown
  /** Hash of its key, uint32: for the reuse tracker, for eviction, and for other processes to name it by. */
  readonly hash: number
  /** Until when a hit needs to do nothing but count; after it, the cache looks whether to refresh it ahead of time. */
  readonly quietUntil: number
  /** When its time to live is over. */
  readonly freshUntil: number
  /** When it may not even be served as stale any more. */
  readonly expiresAt: number
  /** Whether callers are given a promise of the value. */
  readonly asynchronous: boolean
  /** Milliseconds that loading it took. */
  readonly loadMs: number
  /** Its size; looked at where bytes are bounded only. */
  readonly bytes: number
  readonly tags: readonly string[]
}

/** What an entry table knows of an entry for people to read; times to within 10 ms. */
export interface EntryDescription {
  readonly storedAt: number
  readonly usedAt: number
  /** Hits since it was first stored. */
  readonly uses: number
  readonly loadMs: number
  /** undefined where bytes are not bounded. */
  readonly bytes: number | undefined
  readonly tags: readonly string[]
}
