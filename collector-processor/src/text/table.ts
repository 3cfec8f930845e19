import { displayWidth, truncate, truncateStart } from './width.ts'

/** One column of a table. */
export interface Column {
  readonly title: string
  /** Numbers stand to the right. Default `left`. */
  readonly align?: 'left' | 'right'
  /** Longer cells are cut, in terminal columns. Default: never. */
  readonly maxWidth?: number
  /** Which end of a longer cell stays; of a path it is the last. Default `start`. */
  readonly keep?: 'start' | 'end'
}

/** How a table is drawn. */
export interface TableOptions {
  /** Whether escape codes may be used: the head is then shown in bold. Default false. */
  readonly colour?: boolean
  /** Put before every line. */
  readonly indent?: string
}

/**
 * Rows as lines of aligned columns under a head, two spaces between columns. Control characters in cells are dropped:
 * names from telemetry are not trusted with the terminal.
 */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], options: TableOptions = {}): string {
  const cells = rows.map((row) => columns.map((column, index) => cut(plain(row[index] ?? ''), column)))
  const widths = columns.map((column, index) => Math.max(displayWidth(column.title), ...cells.map((row) => displayWidth(row[index] ?? ''))))
  const line = (row: readonly string[]): string => {
    const padded = columns.map((column, index) => pad(row[index] ?? '', widths[index] ?? 0, column.align ?? 'left'))
    return `${options.indent ?? ''}${padded.join('  ')}`.trimEnd()
  }
  const head = line(columns.map((column) => column.title))
  const rule = line(widths.map((width) => '─'.repeat(width)))
  return [options.colour === true ? bold(head) : head, rule, ...cells.map(line), ''].join('\n')
}

/** Text without control characters. */
export function plain(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ')
}

/** Text in bold, for terminals. */
export function bold(text: string): string {
  return `\u001B[1m${text}\u001B[22m`
}

function cut(text: string, { maxWidth = Infinity, keep = 'start' }: Column): string {
  return keep === 'end' ? truncateStart(text, maxWidth) : truncate(text, maxWidth)
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(text)))
  return align === 'right' ? blanks + text : text + blanks
}
