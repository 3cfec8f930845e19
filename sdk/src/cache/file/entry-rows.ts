import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import type { Entry } from './protocol.ts'
import { bytesIn, numberIn, textIn } from './row.ts'

/** What is kept of an entry beside its bytes. */
export interface EntryRow {
  /** Number of the change that stored it: no other entry has or had it. */
  readonly number: number
  readonly freshUntil: number
  readonly servedUntil: number
  readonly tags: readonly string[]
  /** When it was last known to be used, milliseconds since 1970. */
  readonly usedAt: number
  readonly sum: number
}

/**
 * The entries of a file. Their bytes are in a table of their own, under the number of the change that stored them, so that
 * noting a use does not rewrite them, and so that no one place in the file can bring back what an entry was before: both
 * tables would have to. A CRC-32 over everything but the use finds each change within four bytes for certain and of any other
 * all but one in four billion, at 3 GB/s; SHA-256 takes three times as long, and whoever can write the file could make either.
 */
export class EntryRows {
  readonly #select: StatementSync
  readonly #selectBytes: StatementSync
  readonly #insert: StatementSync
  readonly #insertBytes: StatementSync
  readonly #delete: StatementSync
  readonly #deleteBytes: StatementSync
  readonly #use: StatementSync
  readonly #oldest: StatementSync

  constructor(db: DatabaseSync) {
    this.#select = db.prepare('SELECT number, freshUntil, servedUntil, tags, usedAt, sum FROM entries WHERE id = ?')
    this.#selectBytes = db.prepare('SELECT bytes FROM bodies WHERE number = ?')
    this.#insert = db.prepare('INSERT INTO entries (number, id, freshUntil, servedUntil, tags, usedAt, sum) VALUES (?, ?, ?, ?, ?, ?, ?)')
    this.#insertBytes = db.prepare('INSERT INTO bodies (number, bytes) VALUES (?, ?)')
    this.#delete = db.prepare('DELETE FROM entries WHERE number = ?')
    this.#deleteBytes = db.prepare('DELETE FROM bodies WHERE number = ?')
    this.#use = db.prepare('UPDATE entries SET usedAt = ? WHERE number = ?')
    this.#oldest = db.prepare('SELECT number, usedAt FROM entries ORDER BY usedAt LIMIT ?')
  }

  find(id: string): EntryRow | undefined {
    const row = this.#select.get(id)
    if (row === undefined) return undefined
    const tags = textIn(row, 'tags')
    return {
      number: numberIn(row, 'number'),
      freshUntil: numberIn(row, 'freshUntil'),
      servedUntil: numberIn(row, 'servedUntil'),
      tags: tags === '' ? [] : tags.split(' '),
      usedAt: numberIn(row, 'usedAt'),
      sum: numberIn(row, 'sum'),
    }
  }

  /** The entry with its bytes; undefined when they are not those that were stored with it. */
  whole(id: string, { number, freshUntil, servedUntil, tags, sum }: EntryRow): Entry | undefined {
    const row = this.#selectBytes.get(number)
    if (row === undefined) return undefined
    const entry = { freshUntil, servedUntil, tags, bytes: bytesIn(row, 'bytes') }
    return sumOf(id, number, entry) === sum ? entry : undefined
  }

  /** Stores an entry in place of the one that the key had. @param number of the change */
  put(id: string, number: number, entry: Entry, usedAt: number): void {
    this.remove(id)
    const { freshUntil, servedUntil, tags, bytes } = entry
    this.#insert.run(number, id, freshUntil, servedUntil, tags.join(' '), usedAt, sumOf(id, number, entry))
    this.#insertBytes.run(number, bytes)
  }

  remove(id: string): void {
    const row = this.#select.get(id)
    if (row !== undefined) this.removeNumber(numberIn(row, 'number'))
  }

  removeNumber(number: number): void {
    this.#delete.run(number)
    this.#deleteBytes.run(number)
  }

  used(number: number, at: number): void {
    this.#use.run(at, number)
  }

  /** Entries whose last use is longest ago. */
  oldest(count: number): { readonly number: number; readonly usedAt: number }[] {
    return this.#oldest.all(count).map((row) => ({ number: numberIn(row, 'number'), usedAt: numberIn(row, 'usedAt') }))
  }
}

function sumOf(id: string, number: number, { freshUntil, servedUntil, tags, bytes }: Entry): number {
  return crc32(bytes, crc32(`${id} ${number} ${freshUntil} ${servedUntil} ${tags.join(' ')}`))
}
