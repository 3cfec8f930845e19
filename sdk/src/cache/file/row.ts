import type { SQLOutputValue } from 'node:sqlite'
import { Damage } from './faults.ts'

/** What SQLite gives for a row; undefined when there is none. */
export type Row = Record<string, SQLOutputValue>

/** The number in a column. @throws Damage when there is something else */
export function numberIn(row: Row, column: string): number {
  const value = row[column]
  if (typeof value === 'number') return value
  throw new Damage(`no number in ${column}`)
}

/** The text in a column. @throws Damage when there is something else */
export function textIn(row: Row, column: string): string {
  const value = row[column]
  if (typeof value === 'string') return value
  throw new Damage(`no text in ${column}`)
}

/** The bytes in a column. @throws Damage when there is something else */
export function bytesIn(row: Row, column: string): Uint8Array<ArrayBuffer> {
  const value = row[column]
  if (value instanceof Uint8Array) return value
  throw new Damage(`no bytes in ${column}`)
}
