import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { overhead } from '../sampling/overhead.ts'
import { isInstalled, scriptPath } from './file-names.ts'
import type { FoundMap, WantedMap } from './source-map-thread.ts'
import { loadedSourceMap, mappedScriptBytes } from './source-map-text.ts'
import type { SourceTable } from './source-table.ts'

/** Scripts whose maps are kept; those of further ones are not looked for. */
const MAX_SCRIPTS = 1_000
/** Bytes of all tables together: a bundle of 5 MB has about 2 MB of them. */
const MAX_BYTES = 16 * 1_048_576
/** Maps of scripts up to this size are read in this thread, in a few milliseconds each: a thread takes 60 ms to begin with. */
const SMALL_BYTES = 64 * 1_024
/** Whoever waits for maps waits so long at most. */
const DEADLINE_MS = 10_000

/**
 * Source maps of the scripts that profiles have named, large ones read in a thread that lives no longer than that takes. Those of
 * installed packages are not read: nobody edits their sources.
 */
export class SourceMaps {
  readonly #tables = new Map<string, SourceTable | undefined>()
  #bytes = 0

  /** The table of a script; undefined where it has none, or it is not known yet. */
  table(url: string): SourceTable | undefined {
    return this.#tables.get(url)
  }

  /** Those of these scripts whose maps have yet to be read. */
  unread(urls: ReadonlySet<string>): Set<string> {
    const unread = [...urls].filter((url) => !this.#tables.has(url) && isOwnScript(url))
    return new Set(unread.slice(0, Math.max(0, MAX_SCRIPTS - this.#tables.size)))
  }

  /**
   * Reads those maps of these scripts that have yet to be read. Never rejects.
   * @param layer of the SDK that wants them, under which their cost is counted
   */
  async load(scripts: ReadonlySet<string>, layer: string): Promise<void> {
    const urls = [...this.unread(scripts)]
    if (urls.length === 0) return
    const wanted = (await Promise.all(urls.map(wantedMap))).filter((map) => map !== undefined)
    const [small, large] = [wanted.filter(isSmall), wanted.filter((map) => !isSmall(map))]
    const found = new Map<string, SourceTable>()
    if (small.length > 0) await readHere(small, found, layer)
    // Node.js's permission model may allow no thread.
    if (large.length > 0) await readInThread(large, found, layer).catch(() => {})
    for (const url of urls) this.#keep(url, found.get(scriptPath(url) ?? ''))
  }

  #keep(url: string, table: SourceTable | undefined): void {
    const bytes = table === undefined ? 0 : table.firstPiece.byteLength + 3 * table.columns.byteLength
    const fits = this.#bytes + bytes <= MAX_BYTES
    if (fits) this.#bytes += bytes
    this.#tables.set(url, fits ? table : undefined)
  }
}

function isOwnScript(url: string): boolean {
  const path = scriptPath(url)
  return path !== undefined && !isInstalled(path)
}

/** A map to read, and the bytes of the script or of the map's text. */
interface SizedMap extends WantedMap {
  readonly bytes: number
}

function isSmall({ bytes }: SizedMap): boolean {
  return bytes <= SMALL_BYTES
}

async function wantedMap(url: string): Promise<SizedMap | undefined> {
  const path = scriptPath(url)
  if (path === undefined) return undefined
  try {
    const bytes = await mappedScriptBytes(path)
    if (bytes !== undefined) return { path, bytes }
    const text = loadedSourceMap(path)
    return text === undefined ? undefined : { path, text, bytes: text.length }
  } catch {
    return undefined
  }
}

/** Reads maps in this thread, one after the other; whoever reads one waits for its files in between. */
async function readHere(wanted: readonly WantedMap[], found: Map<string, SourceTable>, layer: string): Promise<void> {
  const { scriptTable } = await import('./script-table.ts')
  for (const { path, text } of wanted) {
    const table = await scriptTable(path, text, (work) => overhead.time(layer, work))
    if (table !== undefined) found.set(path, table)
  }
}

/** Reads maps in a thread. Where it cannot be started, as in a bundle, none is found. */
function readInThread(wanted: readonly WantedMap[], found: Map<string, SourceTable>, layer: string): Promise<void> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL(`./source-map-thread${extname(import.meta.url)}`, import.meta.url), {
      name: 'pitwall source maps',
      workerData: wanted,
      // Nothing of the agent's: neither what it preloads nor its environment.
      execArgv: [],
      env: {},
    })
    const timer = setTimeout(() => void worker.terminate(), DEADLINE_MS).unref()
    worker.on('message', ({ path, table, tookMs }: FoundMap) => {
      if (table !== undefined) found.set(path, table)
      overhead.add(layer, tookMs)
    })
    worker.on('error', () => {})
    worker.on('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    // Last, because a listener takes it back.
    worker.unref()
  })
}

/** The source maps of this thread's scripts. */
export const sourceMaps = new SourceMaps()
