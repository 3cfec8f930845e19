import { closeSync, openSync, readSync, statSync } from 'node:fs'

/** What the index of a write-ahead log says of it, at the moment. */
export interface WalIndex {
  /** Frames that are committed. */
  readonly frames: number
  /** Grows by one each time the log starts from its beginning. */
  readonly salt: number
}

/** Bytes of one copy of the header, of which the index has two: https://www.sqlite.org/walformat.html#the_wal_index_file_format */
const HEADER_BYTES = 48
const INITIALIZED_AT = 12
const FRAMES_AT = 16
const SALT_AT = 32

/** Reads the index of the log of a database; undefined when there is none, or it is being written. */
export function walIndexOf(database: string): WalIndex | undefined {
  const bytes = Buffer.alloc(2 * HEADER_BYTES)
  try {
    const file = openSync(`${database}-shm`, 'r')
    try {
      if (readSync(file, bytes, 0, bytes.length, 0) < bytes.length) return undefined
    } finally {
      closeSync(file)
    }
  } catch {
    return undefined
  }
  if (bytes[INITIALIZED_AT] !== 1 || bytes.compare(bytes, 0, HEADER_BYTES, HEADER_BYTES) !== 0) return undefined
  return { frames: new Uint32Array(bytes.buffer, bytes.byteOffset + FRAMES_AT, 1)[0] ?? 0, salt: bytes.readUInt32BE(SALT_AT) }
}

/**
 * Whether the log still has all that its index knew of before the database was opened. After a crash, SQLite takes the log
 * up to the first frame that is damaged, without a word: what was invalidated after that would be back.
 */
export function isWhole(before: WalIndex | undefined, after: WalIndex | undefined): boolean {
  if (before === undefined || before.frames === 0 || after === undefined) return true
  if (after.salt === before.salt) return after.frames >= before.frames
  // Somebody who was quicker has written it back and begun it anew.
  return after.salt === before.salt + 1 && after.frames > 0
}

/** Bytes of the log; 0 when there is none. */
export function walBytes(database: string): number {
  return statSync(`${database}-wal`, { throwIfNoEntry: false })?.size ?? 0
}
