import { sourceTable } from './read-source-map.ts'
import { type MappedScript, readSourceMap } from './source-map-text.ts'
import type { SourceTable } from './source-table.ts'

/**
 * Reads the source map of a script.
 * @param timed does the work that holds this thread; default: it is not timed
 * @returns undefined where it is missing, damaged or too large: the places of the script itself are told then
 */
export async function scriptTable(
  script: MappedScript,
  timed: <T>(work: () => T) => T = (work) => work(),
): Promise<SourceTable | undefined> {
  try {
    const map = await readSourceMap(script)
    return map && timed(() => sourceTable(map.text, map.address))
  } catch {
    return undefined
  }
}
