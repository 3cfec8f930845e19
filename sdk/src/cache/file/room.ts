import type { Database } from './database.ts'
import { Damage } from './faults.ts'
import type { State } from './state.ts'
import { Recency } from './recency.ts'

/** Keys and marks of which the last invalidation is remembered: these, or fewer where there is less room. */
const MAX_FENCES = 8_192
const MAX_MARKS = 65_536
/** Bytes of the bound for each of them. */
const BYTES_PER_FENCE = 2_048
/** Changes after which the rest is forgotten. */
const CHANGES_BETWEEN = 256

/** Keeps a file within its bound, and what is remembered beside the entries within theirs. */
export class Room {
  readonly recency: Recency = new Recency()
  #changes = 0

  /** Lets entries go, within a change, until so many bytes fit. @param now milliseconds since 1970 */
  make(database: Database, state: State, bytes: number, maxBytes: number, now: number): void {
    if (this.recency.makeRoom(database, bytes, maxBytes)) return
    // No entry is left. Somebody with a larger bound remembers more, or the file is full of what nothing refers to.
    this.#forget(database, state, maxBytes, now)
    if (database.usedBytes > maxBytes) throw new Damage('it is full, and has no entries')
  }

  /** Forgets invalidations that are long ago, now and then. */
  changed(database: Database, state: State, maxBytes: number, now: number): void {
    if (++this.#changes % CHANGES_BETWEEN === 0) this.#forget(database, state, maxBytes, now)
  }

  #forget({ fences, marks }: Database, state: State, maxBytes: number, now: number): void {
    const most = Math.floor(maxBytes / BYTES_PER_FENCE)
    fences.keep(Math.min(most, MAX_FENCES), state)
    marks.keep(Math.min(most, MAX_MARKS), state, now)
  }
}
