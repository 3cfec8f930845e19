import { accessSync, constants } from 'node:fs'
import type { Database } from './database.ts'
import { faultOf, Gone } from './faults.ts'
import { type DamagedFile, openDatabase } from './open-database.ts'
import type { ThreadData } from './protocol.ts'
import type { State } from './state.ts'

/** What it is told. */
export interface CurrentDatabaseParts extends ThreadData {
  /** Names the start of this machine. */
  readonly boot: string
  /** Is told what a user should know, in a sentence. */
  readonly warn: (text: string) => void
}

/**
 * Has the file open that counts: opened at the first use, opened again when it was removed or another one counts, replaced when
 * it is damaged. What was begun with it is then done once more, with the file that there is.
 */
export class CurrentDatabase {
  readonly #parts: CurrentDatabaseParts
  #database: Database | undefined

  constructor(parts: CurrentDatabaseParts) {
    this.#parts = parts
  }

  /** Path of a file that every process writes after each change. */
  get signal(): string | undefined {
    return this.#database?.signal
  }

  /** Does something with the file. Throws what stands in the way. */
  use<T>(work: (database: Database) => T): T {
    for (let retried = false; ; retried = true) {
      const database = this.#opened()
      try {
        return work(database)
      } catch (error) {
        if (!this.#mend(database, error) || retried) throw error
      }
    }
  }

  read<T>(work: (database: Database, state: State) => T): T {
    return this.use((database) => database.read((state) => work(database, state)))
  }

  change<T>(work: (database: Database, state: State) => T): T {
    return this.use((database) => database.change((state) => work(database, state)))
  }

  /** A change that others must learn of: made again where the file was replaced meanwhile. */
  changeSurely(work: (database: Database, state: State) => void): void {
    this.use((database) => {
      database.change((state) => work(database, state))
      database.check()
    })
  }

  close(): void {
    this.#database?.close()
    this.#database = undefined
  }

  #opened(): Database {
    try {
      this.#database?.check()
    } catch (error) {
      if (!(error instanceof Gone)) throw error
      this.close()
    }
    return (this.#database ??= this.#open())
  }

  #open(damaged?: DamagedFile): Database {
    return openDatabase(this.#parts, this.#parts.boot, this.#parts.warn, damaged)
  }

  /** Whether it is worth another attempt. */
  #mend(database: Database, error: unknown): boolean {
    switch (faultOf(error)) {
      case 'busy':
      case 'full':
        return false
      case 'read-only':
        // SQLite takes a file to be that whose header says it is of a later format.
        return isWritable(database.path) && this.#replace(database, error)
      case 'gone':
        this.close()
        return true
      case 'unusable':
        this.close()
        return false
      case 'damaged':
        return this.#replace(database, error)
    }
  }

  #replace({ name }: Database, error: unknown): true {
    this.close()
    this.#database = this.#open({ name, error })
    return true
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}
