import { closeSync, openSync, readSync } from 'node:fs'

/** Larger than any file of `/proc` that we read, but for those of machines with some hundred network interfaces. */
const BYTES = 65_536

/** A file of `/proc` that is kept open: reading it again takes 10 µs instead of 150 in a process that rests. */
export class ProcFile {
  #descriptor: number | undefined
  readonly #buffer: Buffer | undefined

  /** @param bytes more than the file has */
  constructor(path: string, bytes: number = BYTES) {
    try {
      this.#descriptor = openSync(path, 'r')
      this.#buffer = Buffer.allocUnsafeSlow(bytes)
    } catch {
      // Other systems have no such file, and some containers do not let it be read.
    }
  }

  /** Its text now, or undefined where it cannot be read, or not whole. */
  read(): string | undefined {
    if (this.#descriptor === undefined || this.#buffer === undefined) return undefined
    try {
      const length = readSync(this.#descriptor, this.#buffer, 0, this.#buffer.length, 0)
      return length < this.#buffer.length ? this.#buffer.toString('latin1', 0, length) : undefined
    } catch {
      return undefined
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    // Closed twice, it could be the file of somebody else.
    this.#descriptor = undefined
  }
}
