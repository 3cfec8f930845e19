import { type Cache as CachifiedCache, type CacheEntry, cachified, totalTtl } from '@epic-web/cachified'
import { createCache } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { Cacheable } from 'cacheable'
import { Loader } from 'layered-loader'
import { LRUCache } from 'lru-cache'
import { type Candidate, ENTRIES, KEYS } from './key-reads.ts'
import { versionOf } from './versions.ts'

/** A library that reads through a cache in memory, as its documentation has it, and no telemetry. */
export interface MemoryPeer {
  readonly name: string
  readonly version: string
  readonly reads: Candidate
}

const TTL_MS = 3_600_000

/** All of them, filled. A loop of its own for each: in one that they shared, calls could not be inlined, which no agent's code suffers from. */
export async function memoryPeers(order: readonly string[]): Promise<readonly MemoryPeer[]> {
  return [
    await lruFetch(order),
    await layeredLoader(order),
    await bentocache(order, false),
    await bentocache(order, true),
    await cacheable(order),
    await cachifiedLru(order),
    await asyncCacheDedupe(order),
  ]
}

async function lruFetch(order: readonly string[]): Promise<MemoryPeer> {
  const cache = new LRUCache<string, string>({ max: ENTRIES, ttl: TTL_MS, fetchMethod: async (key) => key })
  for (const key of KEYS) await cache.fetch(key)
  const reads = async () => {
    for (const key of order) if ((await cache.fetch(key)) === undefined) throw new Error('a miss')
  }
  return { name: 'lru-cache fetch', version: versionOf('lru-cache'), reads }
}

async function layeredLoader(order: readonly string[]): Promise<MemoryPeer> {
  const loader = new Loader<string>({
    inMemoryCache: { cacheType: 'lru-map', ttlInMsecs: TTL_MS, maxItems: ENTRIES },
    dataSourceGetOneFn: async (key) => key,
  })
  for (const key of KEYS) await loader.get(key)
  const reads = async () => {
    for (const key of order) if ((await loader.get(key)) === undefined) throw new Error('a miss')
  }
  return { name: 'layered-loader get', version: versionOf('layered-loader'), reads }
}

async function bentocache(order: readonly string[], serialize: boolean): Promise<MemoryPeer> {
  const store = bentostore().useL1Layer(memoryDriver({ maxItems: ENTRIES, serialize }))
  const cache = new BentoCache({ default: 'memory', ttl: TTL_MS, stores: { memory: store } })
  for (const key of KEYS) await cache.getOrSet({ key, factory: () => key })
  const reads = async () => {
    for (const key of order) if ((await cache.getOrSet({ key, factory: () => key })) === undefined) throw new Error('a miss')
  }
  return { name: `bentocache getOrSet, ${serialize ? 'default' : 'serialize: false'}`, version: versionOf('bentocache'), reads }
}

async function cacheable(order: readonly string[]): Promise<MemoryPeer> {
  const cache = new Cacheable({ ttl: TTL_MS })
  for (const key of KEYS) await cache.getOrSet(key, async () => key)
  const reads = async () => {
    for (const key of order) if ((await cache.getOrSet(key, async () => key)) === undefined) throw new Error('a miss')
  }
  return { name: 'cacheable getOrSet', version: versionOf('cacheable'), reads }
}

async function cachifiedLru(order: readonly string[]): Promise<MemoryPeer> {
  const cache = lruForCachified(ENTRIES)
  for (const key of KEYS) await cachified({ key, cache, ttl: TTL_MS, getFreshValue: () => key })
  const reads = async () => {
    for (const key of order)
      if ((await cachified({ key, cache, ttl: TTL_MS, getFreshValue: () => key })) === undefined) throw new Error('a miss')
  }
  return { name: 'cachified on lru-cache', version: versionOf('@epic-web/cachified'), reads }
}

/** As cachified's documentation has it. */
function lruForCachified(max: number): CachifiedCache {
  const lru = new LRUCache<string, CacheEntry>({ max })
  return {
    get: (key) => lru.get(key),
    set: (key, value) => lru.set(key, value, { ttl: totalTtl(value.metadata), start: value.metadata.createdTime }),
    delete: (key) => lru.delete(key),
  }
}

async function asyncCacheDedupe(order: readonly string[]): Promise<MemoryPeer> {
  const cache = createCache({ ttl: TTL_MS / 1_000, storage: { type: 'memory', options: { size: ENTRIES } } })
  const asking = cache.define('ask', async (key: string) => key)
  for (const key of KEYS) await asking.ask(key)
  const reads = async () => {
    for (const key of order) if ((await asking.ask(key)) === undefined) throw new Error('a miss')
  }
  return { name: 'async-cache-dedupe', version: versionOf('async-cache-dedupe'), reads }
}
