/** Something in the file is not as it was written. */
export class Damage extends Error {
  override readonly name = 'Damage'
}

/** The machine was restarted while the file was in use: its last changes may be missing. */
export class Interrupted extends Damage {}

/** The file is not at its path any more, or another has taken its place. */
export class Gone extends Error {
  override readonly name = 'Gone'
}

/** What an error means for the cache. `busy`: another process has the file locked. */
export type Fault = 'busy' | 'full' | 'read-only' | 'gone' | 'unusable' | 'damaged'

// Result codes of SQLite, https://www.sqlite.org/rescode.html; the low byte of an extended one is its primary one.
const PRIMARY = 0xff
const faults: Readonly<Record<number, Fault>> = {
  3: 'read-only', // PERM
  4: 'unusable', // ABORT
  5: 'busy', // BUSY
  6: 'busy', // LOCKED
  7: 'unusable', // NOMEM
  8: 'read-only', // READONLY
  9: 'unusable', // INTERRUPT
  10: 'unusable', // IOERR
  13: 'full', // FULL
  14: 'unusable', // CANTOPEN
  15: 'busy', // PROTOCOL: a race for locks
  22: 'unusable', // NOLFS
  23: 'read-only', // AUTH
}
const extendedFaults: Readonly<Record<number, Fault>> = {
  522: 'damaged', // IOERR_SHORT_READ: the file is shorter than it says
  1_032: 'gone', // READONLY_DBMOVED
  8_458: 'damaged', // IOERR_CORRUPTFS
}

/** Another process holds up what is to be done: it may be done in a moment. */
export class HeldUp extends Error {
  override readonly name = 'HeldUp'
}

/** There is no place for the file, or none now. The message is a clause that says why. */
export class UnusableError extends Error {
  override readonly name = 'UnusableError'
}

/**
 * What an error of SQLite, of the file system or of our own checks means. All statements are ours and known to be right, so
 * what SQLite has against one of them, or a value of another type than was written, is damage too.
 */
export function faultOf(error: unknown): Fault {
  if (error instanceof Gone) return 'gone'
  if (error instanceof HeldUp) return 'busy'
  if (error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')
    return extendedFaults[error.errcode] ?? faults[error.errcode & PRIMARY] ?? 'damaged'
  if (error instanceof Error && 'syscall' in error) return 'code' in error && error.code === 'ENOSPC' ? 'full' : 'unusable'
  if (error instanceof UnusableError) return 'unusable'
  return 'damaged'
}
