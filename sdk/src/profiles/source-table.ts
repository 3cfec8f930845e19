/** What a source map says of the lines of one script, in a form that goes from thread to thread without a copy. */
export interface SourceTable {
  /** Addresses of the sources. */
  readonly sources: readonly string[]
  /** For each line of the script the first of its pieces, and at the end the number of all. */
  readonly firstPiece: Int32Array<ArrayBuffer>
  /** Column where each piece begins, from 0. */
  readonly columns: Int32Array<ArrayBuffer>
  /** Number of the source that each piece comes from. */
  readonly sourceOf: Int32Array<ArrayBuffer>
  /** Its line there, from 1. */
  readonly lineOf: Int32Array<ArrayBuffer>
}

/** A line of a source. */
export interface SourceLine {
  readonly source: string
  /** From 1. */
  readonly line: number
}

/** The source line that a whole line of the script comes from; undefined where it comes from none, or from several, as minified code does. */
export function sourceOfLine(table: SourceTable, line: number): SourceLine | undefined {
  const from = table.firstPiece[line - 1] ?? 0
  const to = table.firstPiece[line] ?? 0
  return to - from === 1 ? piece(table, from) : undefined
}

/** The source line of one place of the script: line from 1, column from 0. */
export function sourceOfPlace(table: SourceTable, line: number, column: number): SourceLine | undefined {
  let low = table.firstPiece[line - 1] ?? 0
  let high = table.firstPiece[line] ?? 0
  const from = low
  // The last piece that begins at the column or before it.
  while (low < high) {
    const middle = (low + high) >> 1
    if ((table.columns[middle] ?? 0) <= column) low = middle + 1
    else high = middle
  }
  return low > from ? piece(table, low - 1) : undefined
}

function piece({ sources, sourceOf, lineOf }: SourceTable, index: number): SourceLine | undefined {
  const source = sources[sourceOf[index] ?? -1]
  const line = lineOf[index]
  return source === undefined || line === undefined ? undefined : { source, line }
}
