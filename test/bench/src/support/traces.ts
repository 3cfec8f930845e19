import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { generatedTraces } from './generator.ts'

/** Requests in order, and what exact simulation found for them. */
export interface Trace {
  readonly name: string
  readonly keys: readonly string[]
  /** Milliseconds since the first request; one a request where the recording has no times. */
  readonly times: readonly number[]
  /** Hit ratio (0 to 1) of a least-recently-used cache, by its size in entries: the eight shares of the distinct keys in `SHARES`. */
  readonly bySize: ReadonlyMap<number, number>
  /** Hit ratio of a cache without size limit, by time to live in seconds; empty where there are no times. */
  readonly byTtl: ReadonlyMap<number, number>
  /** Hit ratios of a least-recently-used cache with both limits; empty where there are no times. */
  readonly byBoth: readonly { readonly entries: number; readonly seconds: number; readonly ratio: number }[]
  /** Hit ratios of caches of other policies too, by size; empty for generated traces. */
  readonly byPolicy: readonly HitRatios[]
}

/** Policies whose hit ratios were computed by others, `opt` being Belady's, which knows what comes. */
export const POLICIES = ['lru', 'fifo', 'lfu', 'sieve', 's3fifo', 'wtinylfu', 'opt'] as const

/** Hit ratios (0 to 1) of caches of one size. */
export interface HitRatios extends Readonly<Record<(typeof POLICIES)[number], number>> {
  readonly entries: number
}

/** Sizes at which predictions are compared, as shares of the distinct keys. */
export const SHARES = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5] as const

/**
 * Recorded traces with their exact answers, from `PITWALL_TRACES` or `../shared/traces` beside the repository; where there
 * are none, generated ones.
 * @param maxRequests leaves longer recordings out. Default none
 */
export function readTraces(maxRequests: number = Infinity): { source: string; traces: Iterable<Trace> } {
  const repository = resolve(import.meta.dirname, '../../../..')
  const folder = process.env['PITWALL_TRACES'] ?? resolve(repository, '../shared/traces')
  if (!existsSync(join(folder, 'truth'))) return { source: `generated, because ${folder} does not exist`, traces: generatedTraces() }
  const names = readdirSync(join(folder, 'truth')).filter((file) => file.endsWith('.json') && existsSync(traceFile(folder, file)))
  return { source: 'recorded', traces: recordedTraces(folder, names, maxRequests) }
}

function* recordedTraces(folder: string, files: readonly string[], maxRequests: number): Generator<Trace> {
  for (const file of files) {
    const truth: Truth = JSON.parse(readFileSync(join(folder, 'truth', file), 'utf8'))
    if (truth.requests <= maxRequests) yield recordedTrace(folder, file, truth)
  }
}

type Curves = Readonly<Record<(typeof POLICIES)[number], readonly number[]>>

interface Truth {
  readonly requests: number
  readonly sizes: readonly { readonly entries: number }[]
  readonly hitRatio: Curves
  readonly absoluteSizes: readonly number[]
  readonly hitRatioAtAbsoluteSizes: Curves
  /** By time to live: without a size, and at `sizes` where expired entries stay until they are asked for or evicted. */
  readonly lruTtl?: Readonly<Record<string, { readonly unbounded: number; readonly lazy: readonly number[] }>>
}

const ttls: Readonly<Record<string, number>> = { '1m': 60, '10m': 600, '1h': 3_600 }

function recordedTrace(folder: string, file: string, truth: Truth): Trace {
  const rows = gunzipSync(readFileSync(traceFile(folder, file)))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t', 2))
  return {
    name: file.replace('.json', ''),
    keys: rows.map(([, key = '']) => key),
    times: rows.map(([time], index) => (time === '-' ? index : Number(time))),
    bySize: new Map(truth.sizes.map(({ entries }, index) => [entries, truth.hitRatio.lru[index] ?? NaN])),
    byTtl: new Map(Object.entries(ttls).flatMap(([name, seconds]) => pair(seconds, truth.lruTtl?.[name]?.unbounded))),
    byBoth: Object.entries(ttls).flatMap(([name, seconds]) =>
      truth.sizes.flatMap(({ entries }, index) => joint(entries, seconds, truth.lruTtl?.[name]?.lazy[index])),
    ),
    byPolicy: hitRatios(truth),
  }
}

/** Of all sizes that were simulated, each once, rising. */
function hitRatios({ sizes, hitRatio, absoluteSizes, hitRatioAtAbsoluteSizes }: Truth): HitRatios[] {
  const relative = sizes.map(({ entries }, index) => ratiosAt(entries, hitRatio, index))
  const absolute = absoluteSizes.map((entries, index) => ratiosAt(entries, hitRatioAtAbsoluteSizes, index))
  const bySize = new Map([...relative, ...absolute].map((ratios) => [ratios.entries, ratios]))
  return [...bySize.values()].toSorted((one, other) => one.entries - other.entries)
}

function ratiosAt(entries: number, curves: Curves, index: number): HitRatios {
  const at = (policy: (typeof POLICIES)[number]): number => curves[policy][index] ?? NaN
  return {
    entries,
    lru: at('lru'),
    fifo: at('fifo'),
    lfu: at('lfu'),
    sieve: at('sieve'),
    s3fifo: at('s3fifo'),
    wtinylfu: at('wtinylfu'),
    opt: at('opt'),
  }
}

function joint(entries: number, seconds: number, ratio: number | undefined): Trace['byBoth'] {
  return ratio === undefined ? [] : [{ entries, seconds, ratio }]
}

function pair(key: number, value: number | undefined): [number, number][] {
  return value === undefined ? [] : [[key, value]]
}

function traceFile(folder: string, truthFile: string): string {
  return join(folder, truthFile.replace('.json', '.tsv.gz'))
}
