import { extname } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { overhead } from '../sampling/overhead.ts'
import { isInstalled, scriptPath } from './file-names.ts'
import type { FoundMap } from './source-map-thread.ts'
import { findMap, type MappedScript } from './source-map-text.ts'
import type { SourceTable } from './source-table.ts'

/** Scripts whose maps are kept; those of further ones are not looked for. */
const MAX_SCRIPTS = 1_000
/** Bytes of all tables together: a bundle of 5 MB has about 2 MB of them. */
const MAX_BYTES = 16 * 1_048_576
/** Maps up to this size are read in this thread, 10 ms for the first and largest: a thread takes 60 ms to begin with. */
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
  async load(wanted: ReadonlySet<string>, layer: string): Promise<void> {
    const urls = [...this.unread(wanted)]
    if (urls.length === 0) return
    const scripts = (await Promise.all(urls.map(mapped))).filter((script) => script !== undefined)
    const [small, large] = [scripts.filter(({ bytes }) => bytes <= SMALL_BYTES), scripts.filter(({ bytes }) => bytes > SMALL_BYTES)]
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

async function mapped(url: string): Promise<MappedScript | undefined> {
  const path = scriptPath(url)
  return path === undefined ? undefined : findMap(path).catch(() => undefined)
}

/** Reads maps in this thread, one in each turn of the event loop. */
async function readHere(scripts: readonly MappedScript[], found: Map<string, SourceTable>, layer: string): Promise<void> {
  const { scriptTable } = await import('./script-table.ts')
  for (const script of scripts) {
    await nextTurn()
    const table = await scriptTable(script, (work) => overhead.time(layer, work))
    if (table !== undefined) found.set(script.path, table)
  }
}

/** Reads maps in a thread. Where it cannot be started, as in a bundle, none is found. */
function readInThread(scripts: readonly MappedScript[], found: Map<string, SourceTable>, layer: string): Promise<void> {
  return new Promise((resolve) => {
    const started = performance.now()
    const worker = new Worker(new URL(`./source-map-thread${extname(import.meta.url)}`, import.meta.url), {
      name: 'pitwall source maps',
      workerData: scripts,
      // Nothing of the agent's: neither what it preloads nor its environment.
      execArgv: [],
      env: {},
    })
    const timer = setTimeout(() => void worker.terminate(), DEADLINE_MS).unref()
    worker.on('message', ({ path, table }: FoundMap) => {
      if (table !== undefined) found.set(path, table)
    })
    worker.on('error', () => {})
    worker.on('exit', () => {
      clearTimeout(timer)
      // It has something to do all its life, of which half is its start.
      overhead.add(layer, performance.now() - started)
      resolve()
    })
    // Last, because a listener takes it back.
    worker.unref()
  })
}

/** The source maps of this thread's scripts. */
export const sourceMaps = new SourceMaps()
