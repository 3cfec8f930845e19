import { parentPort, workerData } from 'node:worker_threads'
import { scriptTable } from './script-table.ts'
import type { MappedScript } from './source-map-text.ts'
import type { SourceTable } from './source-table.ts'

/** What the thread found for one script; without a table where there is no map that can be used. */
export interface FoundMap {
  readonly path: string
  readonly table: SourceTable | undefined
}

/** The program of the thread that reads source maps: they may have megabytes, which would hold up the agent. */
async function readAll(port: NonNullable<typeof parentPort>, scripts: readonly MappedScript[]): Promise<void> {
  for (const script of scripts) {
    const table = await scriptTable(script)
    const moved = table === undefined ? [] : [table.firstPiece, table.columns, table.sourceOf, table.lineOf].map(({ buffer }) => buffer)
    port.postMessage({ path: script.path, table } satisfies FoundMap, moved)
  }
}

if (parentPort !== null) void readAll(parentPort, workerData)
