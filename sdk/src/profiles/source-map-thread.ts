import { parentPort, workerData } from 'node:worker_threads'
import { scriptTable } from './script-table.ts'
import type { SourceTable } from './source-table.ts'

/** A script whose source map is wanted, with the map's text where it is no file. */
export interface WantedMap {
  readonly path: string
  readonly text?: string
}

/** What the thread found for one script, by its place in the list; without a table where there is no map that can be used. */
export interface FoundMap {
  readonly path: string
  readonly table: SourceTable | undefined
  /** Time that the thread took for it, in milliseconds. */
  readonly tookMs: number
}

/** The program of the thread that reads source maps: they may have megabytes, which would hold up the agent. */
async function readAll(port: NonNullable<typeof parentPort>, wanted: readonly WantedMap[]): Promise<void> {
  for (const { path, text } of wanted) {
    const start = performance.now()
    const table = await scriptTable(path, text)
    const moved = table === undefined ? [] : [table.firstPiece, table.columns, table.sourceOf, table.lineOf].map(({ buffer }) => buffer)
    port.postMessage({ path, table, tookMs: performance.now() - start } satisfies FoundMap, moved)
  }
}

if (parentPort !== null) void readAll(parentPort, workerData)
