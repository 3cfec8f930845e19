import { setImmediate as nextTurn } from 'node:timers/promises'
import { cached } from '@pitwall/sdk'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { Cacheable } from 'cacheable'
import { Loader } from 'layered-loader'
import { LRUCache } from 'lru-cache'
import { serve } from './worker.ts'

const TTL_MS = 3_600_000
const GRACE_MS = 3_600_000

/** A value as a small answer of an API is. */
interface Value {
  readonly id: number
}

/** What a cache has under a key. */
type Found = Value | null | undefined

/** A cache of so many entries, as it is filled and read. It is kept from being collected by these. */
interface Filled {
  set(key: string, value: Value): unknown
  get(key: string): Found | Promise<Found>
}

/** Each cache that is measured, made for so many entries, with a time to live and, where it has one, a stale window. */
const candidates: Readonly<Record<string, (entries: number, valueOf: (key: string) => Value) => Filled>> = {
  pitwall(entries, valueOf) {
    const ask = cached(async (key: string) => valueOf(key), { name: 'bench-memory', ttl: TTL_MS, grace: GRACE_MS, maxEntries: entries })
    return { set: (key) => ask(key), get: (key) => ask(key) }
  },
  'lru-cache'(max) {
    const cache = new LRUCache<string, Value>({ max, ttl: TTL_MS, allowStale: true })
    return { set: (key, value) => cache.set(key, value), get: (key) => cache.get(key) }
  },
  'layered-loader'(maxItems, valueOf) {
    const loader = new Loader<Value>({
      inMemoryCache: { cacheType: 'lru-map', ttlInMsecs: TTL_MS, maxItems },
      dataSourceGetOneFn: async (key) => valueOf(key),
    })
    return { set: (key) => loader.get(key), get: (key) => loader.get(key) }
  },
  bentocache(maxItems) {
    const store = bentostore().useL1Layer(memoryDriver({ maxItems, serialize: false }))
    const cache = new BentoCache({ default: 'memory', ttl: TTL_MS, grace: GRACE_MS, stores: { memory: store } })
    return { set: (key, value) => cache.set({ key, value }), get: (key) => cache.get({ key }) }
  },
  /** As it comes, without a bound. */
  cacheable() {
    const cache = new Cacheable({ ttl: TTL_MS })
    return { set: (key, value) => cache.set(key, value), get: (key) => cache.get<Value>(key) }
  },
}

/** Bytes that this process holds on the heap and in array buffers, after all that nobody needs is gone. */
async function bytesHeld(): Promise<number> {
  for (let collection = 0; collection < 5; collection++) {
    globalThis.gc?.()
    await nextTurn()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Keys and values that exist before the cache does. Keys come from bytes, as those of an agent do: in one piece, where joined texts are joined at their first use. */
function entriesOf(count: number): { readonly keys: readonly string[]; readonly values: ReadonlyMap<string, Value> } {
  const keys = Array.from({ length: count }, (_, id) => Buffer.from(`agent-tool-call-${id}`).toString('latin1'))
  return { keys, values: new Map(keys.map((key, id) => [key, { id }])) }
}

const service = {
  /** Bytes an entry beyond its key and value: when all are stored, and when each was asked for once. */
  async overhead(name: string, count: number): Promise<{ readonly stored: number; readonly hit: number }> {
    const { keys, values } = entriesOf(count)
    const valueOf = (key: string): Value => values.get(key) ?? { id: -1 }
    await candidates[name]?.(1, valueOf).set('warm up', { id: -1 })
    const before = await bytesHeld()
    const cache = candidates[name]?.(count, valueOf)
    if (cache === undefined) throw new Error(`There is no cache '${name}' to measure.`)
    for (const key of keys) await cache.set(key, valueOf(key))
    const stored = await bytesHeld()
    for (const key of keys) if ((await cache.get(key))?.id !== values.get(key)?.id) throw new Error(`'${name}' does not hold '${key}'.`)
    const hit = await bytesHeld()
    return { stored: (stored - before) / count, hit: (hit - before) / count }
  },
}

/** One process that fills one cache; to be run with `--expose-gc`. */
export type MemoryService = typeof service

serve(service)
