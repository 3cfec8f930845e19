import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'

/** A number and its checksum. */
const BYTES = 12

/**
 * Remembers beside a database which change was its last; the system tells other processes that it was written. After a crash,
 * SQLite takes the log up to the first frame that is damaged, without a word; what was invalidated after that would be back.
 * A file of its own: to open and close one of SQLite's would take the locks of this process away
 * (https://www.sqlite.org/howtocorrupt.html, "POSIX advisory locks canceled by a separate thread doing close()").
 */
export class LastChange {
  readonly path: string
  readonly #bytes = Buffer.alloc(BYTES)
  #file: number | undefined

  /** @param database path of the database */
  constructor(database: string) {
    this.path = `${database}-last`
  }

  /** The number of a change that was made; 0 when nothing is known. */
  read(): number {
    try {
      if (readSync(this.#opened(), this.#bytes, 0, BYTES, 0) < BYTES) return 0
    } catch {
      return 0
    }
    const number = this.#bytes.readDoubleLE()
    return this.#bytes.readUInt32LE(8) === crc32(this.#bytes.subarray(0, 8)) ? number : 0
  }

  /** Takes note that this change was made. Where that cannot be, there is less to go by. */
  write(version: number): void {
    this.#bytes.writeDoubleLE(version)
    this.#bytes.writeUInt32LE(crc32(this.#bytes.subarray(0, 8)), 8)
    try {
      writeSync(this.#opened(), this.#bytes, 0, BYTES, 0)
    } catch {
      this.close()
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #opened(): number {
    return (this.#file ??= openSync(this.path, constants.O_RDWR | constants.O_CREAT, 0o600))
  }
}
