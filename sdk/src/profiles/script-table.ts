import { sourceTable } from './read-source-map.ts'
import { readSourceMap } from './source-map-text.ts'
import type { SourceTable } from './source-table.ts'

/**
 * Reads the source map of a script.
 * @param text of the map, where it is no file
 * @param timed does the work that holds this thread; default: it is not timed
 * @returns undefined where it is missing, damaged or too large: the places of the script itself are told then
 */
export async function scriptTable(
  path: string,
  text?: string,
  timed: <T>(work: () => T) => T = (work) => work(),
): Promise<SourceTable | undefined> {
  try {
    const map = text === undefined ? await readSourceMap(path) : { text, address: `file://${path}` }
    return map && timed(() => sourceTable(map.text, map.address))
  } catch {
    return undefined
  }
}
