import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import { bytesIn, numberIn, textIn } from './row.ts'

/** How long an outcome is kept for those who wait for it. */
const OUTCOME_MS = 5_000

/** The outcome of a load that is in the entry itself. */
const STORED: Uint8Array = Buffer.from('stored')

/** A lock that somebody holds, or has held. */
export interface Lock {
  readonly holder: string
  /** The end of its lease, milliseconds since 1970. */
  readonly until: number
  /** What came of it, once it is let go of: `stored`, or what the holder said. */
  readonly outcome: 'stored' | Uint8Array | undefined
}

/** The locks of loads, each with a lease, and for a short while what came of them. */
export class LockRows {
  readonly #select: StatementSync
  readonly #put: StatementSync
  readonly #delete: StatementSync
  readonly #forget: StatementSync

  constructor(db: DatabaseSync) {
    this.#select = db.prepare('SELECT holder, until, outcome, sum FROM locks WHERE id = ?')
    this.#put = db.prepare('INSERT OR REPLACE INTO locks (id, holder, until, outcome, sum) VALUES (?, ?, ?, ?, ?)')
    this.#delete = db.prepare('DELETE FROM locks WHERE id = ?')
    this.#forget = db.prepare('DELETE FROM locks WHERE until < ?')
  }

  find(id: string): Lock | undefined {
    const row = this.#select.get(id)
    if (row === undefined) return undefined
    const [holder, until] = [textIn(row, 'holder'), numberIn(row, 'until')]
    if (row['outcome'] === null) return { holder, until, outcome: undefined }
    const bytes = bytesIn(row, 'outcome')
    if (crc32(bytes) !== numberIn(row, 'sum')) return undefined
    return { holder, until, outcome: STORED.length === bytes.length && STORED.every((byte, at) => bytes[at] === byte) ? 'stored' : bytes }
  }

  /** Whether somebody holds it now. One whose lease is much longer than any that is given is left from before the clock was set back. */
  isHeld(lock: Lock | undefined, now: number, leaseMs: number): lock is Lock {
    return lock !== undefined && lock.outcome === undefined && lock.until > now && lock.until <= now + 2 * leaseMs
  }

  hold(id: string, holder: string, until: number): void {
    this.#put.run(id, holder, until, null, 0)
  }

  /** Lets go of it, and keeps for those who wait what came of it. */
  letGo(id: string, holder: string, outcome: 'stored' | Uint8Array, now: number): void {
    const bytes = outcome === 'stored' ? STORED : outcome
    this.#put.run(id, holder, now, bytes, crc32(bytes))
  }

  remove(id: string): void {
    this.#delete.run(id)
  }

  /** Forgets outcomes that nobody waits for any more, and locks whose holder is gone. */
  forget(now: number): void {
    this.#forget.run(now - OUTCOME_MS)
  }
}
