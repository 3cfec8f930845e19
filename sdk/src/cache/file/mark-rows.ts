import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import { Damage } from './faults.ts'
import type { Change } from './protocol.ts'
import { numberIn, textIn } from './row.ts'
import type { State } from './state.ts'

/** What is known of a tag, or of a whole namespace. */
export interface Mark {
  /** Entries that were stored before this version are invalid. */
  readonly since: number
  /** Number of its last invalidation: loads that began before it are outdated. 0: there was none. */
  readonly invalidated: number
}

/**
 * The marks that entries need to be valid: those of their namespace and their tags, under their ids. An entry without one of
 * its marks is invalid, so a mark may be forgotten, or lost, at any time.
 */
export class MarkRows {
  readonly #select: StatementSync
  readonly #put: StatementSync
  readonly #since: StatementSync
  readonly #last: StatementSync
  readonly #forget: StatementSync

  constructor(db: DatabaseSync) {
    this.#select = db.prepare('SELECT since, invalidated, sum FROM marks WHERE name = ?')
    this.#put = db.prepare('INSERT OR REPLACE INTO marks (name, since, invalidated, space, origin, sum) VALUES (?, ?, ?, ?, ?, ?)')
    this.#since = db.prepare('SELECT name, space, origin FROM marks WHERE invalidated > ? ORDER BY invalidated LIMIT ?')
    this.#last = db.prepare('SELECT number FROM marks ORDER BY number DESC LIMIT 1 OFFSET ?')
    this.#forget = db.prepare('DELETE FROM marks WHERE number <= ? RETURNING invalidated')
  }

  /** @throws Damage when it is not what was written */
  find(name: string): Mark | undefined {
    const row = this.#select.get(name)
    if (row === undefined) return undefined
    const mark = { since: numberIn(row, 'since'), invalidated: numberIn(row, 'invalidated') }
    if (sumOf(name, mark) !== numberIn(row, 'sum')) throw new Damage('another mark')
    return mark
  }

  /** Makes the mark where there is none yet, for entries that are stored from now on. */
  ensure(name: string, space: string, state: State): void {
    if (this.find(name) === undefined) this.#write(name, { since: state.next(), invalidated: 0 }, space, '')
  }

  invalidate(name: string, space: string, origin: string, state: State): void {
    const version = state.next()
    this.#write(name, { since: version, invalidated: version }, space, origin)
  }

  /** What was invalidated after this version, at most so many. */
  since(version: number, count: number): Change[] {
    return this.#since.all(version, count).map((row) => {
      const [name, space, origin] = [textIn(row, 'name'), textIn(row, 'space'), textIn(row, 'origin')]
      return name === space ? { type: 'all', space, origin } : { type: 'tag', tag: name, space, origin }
    })
  }

  /** Forgets all but those that were made last. */
  keep(count: number, state: State, now: number): void {
    const row = this.#last.get(count)
    if (row === undefined) return
    const forgotten = this.#forget.all(numberIn(row, 'number')).map((mark) => numberIn(mark, 'invalidated'))
    state.forgotten(
      forgotten.reduce((last, invalidated) => Math.max(last, invalidated), 0),
      now,
    )
  }

  #write(name: string, mark: Mark, space: string, origin: string): void {
    this.#put.run(name, mark.since, mark.invalidated, space, origin, sumOf(name, mark))
  }
}

function sumOf(name: string, { since, invalidated }: Mark): number {
  return crc32(`${name} ${since} ${invalidated}`)
}
