import { type Column, renderTable, type TableOptions } from '../../text/table.ts'
import type { Totals } from '../totals.ts'

/** One part of the summary of a run: rows of one kind, as data and as a table. */
export interface Section {
  /** Its name in the JSON document. */
  readonly name: string
  /** Data of its rows, and their text; an empty text where there is nothing to say. */
  of(totals: Totals, options: TableOptions): { readonly data: readonly object[]; readonly text: string }
}

/** Rows that a table shows; the JSON document has all of them. */
const SHOWN = 10

/** Makes a section of its rows, the most important first, and the columns that they are shown in. */
export function section<Row extends object>(unit: {
  readonly name: string
  readonly columns: readonly Column[]
  readonly rows: (totals: Totals) => readonly Row[]
  readonly cells: (row: Row) => readonly string[]
}): Section {
  return {
    name: unit.name,
    of(totals, options) {
      const data = unit.rows(totals)
      const shown = data.slice(0, SHOWN).map((row) => unit.cells(row))
      const more = data.length > SHOWN ? `… and ${data.length - SHOWN} more\n` : ''
      return { data, text: data.length === 0 ? '' : renderTable(unit.columns, shown, options) + more }
    },
  }
}
