import type { Database } from './database.ts'

/** Entries whose use is remembered until it is written: of more than these, only some. */
const MAX_USED = 4_096
/** Milliseconds after which it is looked again how long unused entries stay. */
const LOOK_EVERY_MS = 1_000
/** Entries that make room together. */
const EVICTED_AT_ONCE = 8

/**
 * Which entries go when there is no room: those whose last use is longest ago. A use is written only where the entry has
 * gone down a quarter of the way since the last one that was, and then with others: what is read all the time costs a write
 * now and then, not one each time. So the order is exact to within a quarter of the time that an unused entry stays.
 */
export class Recency {
  readonly #used = new Map<number, number>()
  #oldestAt = 0
  #lookedAt = 0

  /** Whether there are uses to be written. */
  get waits(): boolean {
    return this.#used.size > 0
  }

  /** Takes note of a use. @param knownAt the last one that was written, milliseconds since 1970 */
  use({ entries }: Database, number: number, knownAt: number, now: number): void {
    if (now - this.#lookedAt > LOOK_EVERY_MS) {
      this.#oldestAt = entries.oldest(1)[0]?.usedAt ?? now
      this.#lookedAt = now
    }
    if (now - knownAt > (now - this.#oldestAt) / 4 && this.#used.size < MAX_USED) this.#used.set(number, now)
  }

  /** Writes what was noted, within a change. */
  write({ entries }: Database): void {
    for (const [number, at] of this.#used) entries.used(number, at)
    this.#used.clear()
  }

  /** Removes entries, within a change, until so many bytes fit into the bound. Returns whether they do. */
  makeRoom(database: Database, bytes: number, maxBytes: number): boolean {
    if (database.usedBytes + bytes <= maxBytes) return true
    this.write(database)
    do {
      const oldest = database.entries.oldest(EVICTED_AT_ONCE)
      if (oldest.length === 0) return false
      for (const { number } of oldest) database.entries.removeNumber(number)
    } while (database.usedBytes + bytes > maxBytes)
    return true
  }
}
