import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { EntryRows } from './entry-rows.ts'
import { Damage, Gone, HeldUp, Interrupted, UnusableError } from './faults.ts'
import { FenceRows } from './fence-rows.ts'
import { LockRows } from './lock-rows.ts'
import { MarkRows } from './mark-rows.ts'
import { numberIn } from './row.ts'
import { APPLICATION, FORMAT, schema } from './schema.ts'
import { State, StateRow } from './state.ts'
import { LastChange } from './last-change.ts'

/** Bytes of the log beyond which nothing is written until that was written back: a process that is frozen while it reads holds it up. */
const MAX_LOG_BYTES = 64 * 1_024 * 1_024

// `secure_delete`: what is removed is overwritten, so that a damaged pointer cannot bring it back.
const settings = `
PRAGMA busy_timeout = 0;
PRAGMA synchronous = NORMAL;
PRAGMA secure_delete = FAST;
PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;
PRAGMA mmap_size = 0;
`

/**
 * One file that is open: an SQLite database with a write-ahead log, so that readers never wait for writers. Nothing here waits
 * for other processes either: where they have it locked, SQLite's `busy` is thrown. A crash of a process loses nothing; a crash
 * of the machine may lose the last changes, so the file is not used any more after one.
 */
export class Database {
  readonly name: string
  readonly path: string
  readonly entries: EntryRows
  readonly fences: FenceRows
  readonly marks: MarkRows
  readonly locks: LockRows
  readonly #db: DatabaseSync
  readonly #lastChange: LastChange
  readonly #state: StateRow
  readonly #boot: string
  readonly #inode: number
  readonly #begin: StatementSync
  readonly #beginChange: StatementSync
  readonly #commit: StatementSync
  readonly #rollback: StatementSync
  readonly #dataVersion: StatementSync
  readonly #pages: StatementSync
  readonly #freePages: StatementSync
  readonly #pageBytes: number

  /**
   * @param boot names the start of this machine
   * @throws Damage, Gone, or an error of SQLite
   */
  constructor(folder: string, name: string, boot: string) {
    this.name = name
    this.path = join(folder, name)
    this.#boot = boot
    this.#lastChange = new LastChange(this.path)
    this.#inode = this.#inodeNow()
    if (this.#inode === 0) throw new Gone()
    this.#db = new DatabaseSync(withoutCreating(this.path))
    try {
      // Both before the file is read, which others may change at any time.
      const lastChange = this.#lastChange.read()
      const wasClosed = this.#logBytes() === 0
      this.#db.exec(settings)
      this.#prepareFile()
      this.#state = new StateRow(this.#db)
      this.entries = new EntryRows(this.#db)
      this.fences = new FenceRows(this.#db)
      this.marks = new MarkRows(this.#db)
      this.locks = new LockRows(this.#db)
      this.#begin = this.#db.prepare('BEGIN')
      this.#beginChange = this.#db.prepare('BEGIN IMMEDIATE')
      this.#commit = this.#db.prepare('COMMIT')
      this.#rollback = this.#db.prepare('ROLLBACK')
      this.#dataVersion = this.#db.prepare('PRAGMA data_version')
      this.#pages = this.#db.prepare('PRAGMA page_count')
      this.#freePages = this.#db.prepare('PRAGMA freelist_count')
      this.#pageBytes = this.#number('PRAGMA page_size', 'page_size')
      const state = this.read(() => this.#state.read())
      if (state.version < lastChange) throw new Damage('its last changes are missing')
      if (!wasClosed && state.boot !== boot) this.#checkBoot()
      if (this.#inodeNow() !== this.#inode) throw new Gone()
    } catch (error) {
      this.close()
      throw error
    }
  }

  /** Path of a file that is written after each change. */
  get signal(): string {
    return this.#lastChange.path
  }

  /** Bytes of the pages that are in use. */
  get usedBytes(): number {
    const pages = numberOf(this.#pages, 'page_count') - numberOf(this.#freePages, 'freelist_count')
    return pages * this.#pageBytes
  }

  /** A number that is another one after somebody else has changed something. */
  get dataVersion(): number {
    return numberOf(this.#dataVersion, 'data_version')
  }

  /** @throws Gone when the file is not at its path any more */
  check(): void {
    if (this.#inodeNow() !== this.#inode) throw new Gone()
  }

  /** Reads as if nobody changed anything meanwhile. */
  read<T>(work: (state: State) => T): T {
    return this.#transaction(this.#begin, () => work(this.#state.read()))
  }

  /** Changes all or nothing, and nobody else changes anything meanwhile. */
  change<T>(work: (state: State) => T): T {
    const logBytes = this.#logBytes()
    if (logBytes > MAX_LOG_BYTES) this.#shortenLog()
    // The first change is on the disk before others follow: then a log that is there after a restart of the machine tells of one.
    if (logBytes === 0) this.#db.exec('PRAGMA synchronous = FULL')
    try {
      const { outcome, state } = this.#transaction(this.#beginChange, () => {
        const state = this.#state.read()
        if (logBytes === 0) state.startedWith(this.#boot)
        const outcome = work(state)
        if (state.changed) this.#state.write(state)
        return { outcome, state }
      })
      // Also where nothing has a new number: who waits for the change hears of this.
      this.#lastChange.write(state.version)
      return outcome
    } finally {
      if (logBytes === 0) this.#db.exec('PRAGMA synchronous = NORMAL')
    }
  }

  close(): void {
    this.#db.close()
    this.#lastChange.close()
  }

  /** Once nobody is changing anything: the first change after a restart of the machine may be under way. */
  #checkBoot(): void {
    this.#transaction(this.#beginChange, () => {
      if (this.#state.read().boot !== this.#boot) throw new Interrupted()
    })
  }

  #shortenLog(): void {
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    if (this.#logBytes() > MAX_LOG_BYTES) throw new HeldUp()
  }

  #prepareFile(): void {
    const mode = this.#db.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode']
    if (mode !== 'wal') throw new UnusableError('there is no shared memory for its log')
    if (this.#number('PRAGMA user_version', 'user_version') === 0) this.#create()
    const [application, format] = [
      this.#number('PRAGMA application_id', 'application_id'),
      this.#number('PRAGMA user_version', 'user_version'),
    ]
    if (application !== APPLICATION || format !== FORMAT) throw new Damage('its header is damaged')
  }

  /** Makes the tables of an empty file, unless somebody else just has. */
  #create(): void {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      if (this.#number('PRAGMA user_version', 'user_version') === 0) {
        this.#db.exec(schema)
        new StateRow(this.#db).write(new State(0, 0, 0, this.#boot))
      }
      this.#db.exec('COMMIT')
    } catch (error) {
      this.#db.exec('ROLLBACK')
      throw error
    }
  }

  #transaction<T>(begin: StatementSync, work: () => T): T {
    begin.run()
    try {
      const outcome = work()
      this.#commit.run()
      return outcome
    } catch (error) {
      this.#undo()
      throw error
    }
  }

  /** SQLite has rolled back by itself after some errors, and says so as another. */
  #undo(): void {
    try {
      this.#rollback.run()
    } catch {
      // Whoever uses it next finds out what else is wrong.
    }
  }

  #logBytes(): number {
    return statSync(`${this.path}-wal`, { throwIfNoEntry: false })?.size ?? 0
  }

  #inodeNow(): number {
    return statSync(this.path, { throwIfNoEntry: false })?.ino ?? 0
  }

  #number(sql: string, column: string): number {
    return numberOf(this.#db.prepare(sql), column)
  }
}

/** A name that was removed must not be used again. */
function withoutCreating(path: string): URL {
  const url = pathToFileURL(path)
  url.search = '?mode=rw'
  return url
}

function numberOf(statement: StatementSync, column: string): number {
  return numberIn(statement.get() ?? {}, column)
}
