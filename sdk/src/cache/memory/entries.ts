import { OptionError } from '../../errors.ts'
import type { EntryTable } from './entry-table.ts'

/** What is known of one entry in this process. */
export interface EntryMetadata {
  /** The key: the only string argument, or what other arguments are written down as. */
  readonly key: string
  readonly state: 'fresh' | 'stale'
  readonly tier: 'memory'
  /** Milliseconds since 1970 at which it was stored, to within 10. */
  readonly createdAt: number
  /** Milliseconds since 1970 at which it was last asked for, to within 10. */
  readonly lastAccessAt: number
  /** Hits since the key was first stored. */
  readonly accessCount: number
  /** Bytes of its value, by `sizeOf` or estimated. */
  readonly size: number
  /** Milliseconds that it stays fresh; zero or less when its time to live is over; Infinity for ever. */
  readonly ttlLeft: number
  /** Milliseconds that loading it took; 0 for one that was set by hand. */
  readonly loadTime: number
  readonly tags: readonly string[]
}

/** An entry as it can be written down and loaded again, in another process too. */
export interface DumpedEntry {
  readonly key: string
  readonly value: unknown
  /** Milliseconds since 1970; null for never. */
  readonly freshUntil: number | null
  readonly expiresAt: number | null
  readonly loadTime: number
  readonly tags: readonly string[]
  /** Whether callers are given a promise of it. */
  readonly asynchronous: boolean
}

/** The list itself when `dumpEntries` can have given it. @throws OptionError when not */
export function checkDump(dump: unknown): readonly DumpedEntry[] {
  if (Array.isArray(dump) && dump.every((entry) => isDumped(entry))) return dump
  throw new OptionError('what is loaded', dump, 'a list that dump() gave')
}

function isDumped(entry: unknown): entry is DumpedEntry {
  if (typeof entry !== 'object' || entry === null) return false
  const { key, freshUntil, expiresAt, tags }: Partial<DumpedEntry> = entry
  const isTime = (time: unknown): boolean => time === null || typeof time === 'number'
  return typeof key === 'string' && 'value' in entry && isTime(freshUntil) && isTime(expiresAt) && Array.isArray(tags)
}

/** What entries are read with. */
export interface Reader {
  /** Milliseconds of the cache's clock. */
  readonly now: number
  /** Milliseconds since 1970 at the same moment. */
  readonly wallTime: number
  readonly sizeOf: (value: unknown) => number
}

/** What is known of each entry that may still be served. */
export function* entriesOf(table: EntryTable, { now, wallTime, sizeOf }: Reader): Generator<EntryMetadata> {
  for (const [key, slot] of table.entries()) {
    if (now >= table.expiresAt(slot)) continue
    const { storedAt, usedAt, uses, loadMs, bytes, tags } = table.describe(slot)
    yield {
      key,
      state: now < table.freshUntil(slot) ? 'fresh' : 'stale',
      tier: 'memory',
      createdAt: wallTime - (now - storedAt),
      lastAccessAt: wallTime - (now - usedAt),
      accessCount: uses,
      size: bytes ?? sizeOf(table.value(slot)),
      ttlLeft: table.freshUntil(slot) - now,
      loadTime: loadMs,
      tags,
    }
  }
}

/** Each entry that may still be served, to be loaded again with `loadEntries`. */
export function dumpEntries(table: EntryTable, { now, wallTime }: Omit<Reader, 'sizeOf'>): DumpedEntry[] {
  const at = (time: number): number | null => (time === Number.POSITIVE_INFINITY ? null : wallTime + (time - now))
  return [...table.entries()]
    .filter(([, slot]) => now < table.expiresAt(slot))
    .map(([key, slot]) => ({
      key,
      value: table.value(slot),
      freshUntil: at(table.freshUntil(slot)),
      expiresAt: at(table.expiresAt(slot)),
      loadTime: table.describe(slot).loadMs,
      tags: table.describe(slot).tags,
      asynchronous: table.isAsynchronous(slot),
    }))
}
