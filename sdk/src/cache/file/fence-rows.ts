import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Change } from './protocol.ts'
import { numberIn, textIn } from './row.ts'
import type { State } from './state.ts'

/** The last setting or invalidation of a key. */
export interface Fence {
  /** Its number: loads that began before it are outdated. */
  readonly version: number
  /** Milliseconds since 1970. */
  readonly at: number
}

/** Who made a change of which key. */
export interface KeyChange {
  readonly id: string
  readonly hash: number
  readonly space: string
  readonly origin: string
}

/** When keys were last set or invalidated: for loads that run, and for those who are to be told. */
export class FenceRows {
  readonly #select: StatementSync
  readonly #put: StatementSync
  readonly #since: StatementSync
  readonly #last: StatementSync
  readonly #forget: StatementSync

  constructor(db: DatabaseSync) {
    this.#select = db.prepare('SELECT version, at FROM fences WHERE id = ?')
    this.#put = db.prepare('INSERT OR REPLACE INTO fences (id, version, at, hash, space, origin) VALUES (?, ?, ?, ?, ?, ?)')
    this.#since = db.prepare('SELECT hash, space, origin FROM fences WHERE version > ? ORDER BY version LIMIT ?')
    this.#last = db.prepare('SELECT version, at FROM fences ORDER BY version DESC LIMIT 1 OFFSET ?')
    this.#forget = db.prepare('DELETE FROM fences WHERE version <= ?')
  }

  find(id: string): Fence | undefined {
    const row = this.#select.get(id)
    return row && { version: numberIn(row, 'version'), at: numberIn(row, 'at') }
  }

  put({ id, hash, space, origin }: KeyChange, { version, at }: Fence): void {
    this.#put.run(id, version, at, hash, space, origin)
  }

  /** What happened after this version, at most so many. */
  since(version: number, count: number): Change[] {
    return this.#since
      .all(version, count)
      .map((row) => ({ type: 'key', hash: numberIn(row, 'hash'), space: textIn(row, 'space'), origin: textIn(row, 'origin') }))
  }

  /** Forgets all but the last so many. */
  keep(count: number, state: State): void {
    const row = this.#last.get(count)
    if (row === undefined) return
    const version = numberIn(row, 'version')
    this.#forget.run(version)
    state.forgotten(version, numberIn(row, 'at'))
  }
}
