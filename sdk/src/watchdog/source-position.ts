import { findSourceMap, type SourceMapping } from 'node:module'

/** A position in a file, as its author has it. */
export interface SourcePosition {
  /** Path, or URL. */
  readonly url: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
}

/**
 * Where a position of a compiled file is in its source: by its source map where Node.js keeps them (`--enable-source-maps`)
 * and the map knows the line, else the position itself.
 */
export function sourcePositionOf(url: string, line: number, column: number): SourcePosition {
  const generated = { url, line, column }
  const entry = process.sourceMapsEnabled ? findSourceMap(url)?.findEntry(line - 1, column - 1) : undefined
  // `findEntry` answers with the nearest entry before, which may be one of another line.
  if (entry === undefined || !isMapping(entry) || entry.generatedLine !== line - 1) return generated
  return { url: entry.originalSource, line: entry.originalLine + 1, column: entry.originalColumn + 1 }
}

/** Where a map knows nothing, it answers with an empty object. */
function isMapping(entry: object): entry is SourceMapping {
  return 'originalSource' in entry
}
