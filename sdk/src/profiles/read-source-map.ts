import { decode } from '@jridgewell/sourcemap-codec'
import type { SourceTable } from './source-table.ts'

/** Makes the table of a source map, format 3; undefined where it is none, or an index of several (which bundlers no longer write). */
export function sourceTable(text: string, address: string): SourceTable | undefined {
  const { mappings, sources, sourceRoot = '' } = mapOf(text)
  if (mappings === undefined || sources === undefined) return undefined
  const firstPiece: number[] = []
  const [columns, sourceOf, lineOf]: [number[], number[], number[]] = [[], [], []]
  for (const segments of decode(mappings)) {
    firstPiece.push(columns.length)
    for (const [column, source, line] of segments) {
      if (source === undefined || line === undefined) continue
      // Pieces of one line of one source are one piece: nothing asks for columns of sources.
      const repeated = columns.length > (firstPiece.at(-1) ?? 0) && sourceOf.at(-1) === source && lineOf.at(-1) === line + 1
      if (repeated) continue
      columns.push(column)
      sourceOf.push(source)
      lineOf.push(line + 1)
    }
  }
  firstPiece.push(columns.length)
  return {
    sources: sources.map((source) => resolved(`${sourceRoot === '' ? '' : sourceRoot.replace(/\/?$/, '/')}${source ?? ''}`, address)),
    firstPiece: Int32Array.from(firstPiece),
    columns: Int32Array.from(columns),
    sourceOf: Int32Array.from(sourceOf),
    lineOf: Int32Array.from(lineOf),
  }
}

function mapOf(text: string): { mappings?: string; sources?: (string | null)[]; sourceRoot?: string } {
  // A line before the map keeps browsers from running it as a script.
  const map: unknown = JSON.parse(text.replace(/^\)\]\}'[^\n]*\n/, ''))
  return typeof map === 'object' && map !== null ? map : {}
}

function resolved(source: string, address: string): string {
  return URL.canParse(source, address) ? new URL(source, address).href : source
}
