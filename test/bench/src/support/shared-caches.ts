import { type Cache as CachifiedCache, type CacheEntry, cachified, totalTtl } from '@epic-web/cachified'
import { createKeyv } from '@keyv/redis'
import { cached } from '@pitwall/sdk'
import { hybrid } from '@pitwall/sdk/backends/hybrid'
import { memory } from '@pitwall/sdk/backends/memory'
import { redis } from '@pitwall/sdk/backends/redis'
import { createCache } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import { Cacheable } from 'cacheable'
import { Redis } from 'ioredis'
import { Loader, RedisCache } from 'layered-loader'

/** What a cache over Redis is opened with. */
export interface SharedCacheOptions {
  readonly url: string
  readonly ttlMs: number
  /** Loads what is missing. */
  readonly load: (key: string) => Promise<string>
}

/** A cache over Redis as an agent uses it: read through. */
export interface SharedCache {
  get(key: string): Promise<unknown>
  /** Stores a value by hand; ours only. */
  set?(key: string, value: string): Promise<void>
}

const NAME = 'bench'
const MAX_ITEMS = 10_000

/** Every setup that is measured, each with the defaults of its documentation but for what its name says. */
export const sharedCaches = {
  pitwall: ours('local'),
  'pitwall, distributed lock': ours('distributed'),
  'bentocache L1+L2+bus': (options) => bentocache(options, {}),
  'bentocache L1+L2+bus, grace, timeout 100 ms, hardTimeout 2 s, breaker 1 s': (options) =>
    bentocache(options, { grace: '6h', timeout: 100, hardTimeout: 2_000, l2CircuitBreakerDuration: 1_000 }),
  'cacheable L1+L2': cacheable,
  'async-cache-dedupe': asyncCacheDedupe,
  'layered-loader L1+L2': layeredLoader,
  'cachified on Redis': cachifiedRedis,
} satisfies Readonly<Record<string, (options: SharedCacheOptions) => SharedCache>>

/** Name of a setup. */
export type Setup = keyof typeof sharedCaches

/** The package that a setup is made of. */
export const packageOf: Readonly<Record<Setup, string>> = {
  pitwall: '@pitwall/sdk',
  'pitwall, distributed lock': '@pitwall/sdk',
  'bentocache L1+L2+bus': 'bentocache',
  'bentocache L1+L2+bus, grace, timeout 100 ms, hardTimeout 2 s, breaker 1 s': 'bentocache',
  'cacheable L1+L2': 'cacheable',
  'async-cache-dedupe': 'async-cache-dedupe',
  'layered-loader L1+L2': 'layered-loader',
  'cachified on Redis': '@epic-web/cachified',
}

function ours(lock: 'local' | 'distributed') {
  return ({ url, ttlMs, load }: SharedCacheOptions): SharedCache => {
    const ask = cached(load, { name: NAME, ttl: ttlMs, lock, backend: hybrid({ front: memory(), back: redis({ url }) }) })
    return { get: ask, set: async (key, value) => ask.cache.set(key, value) }
  }
}

function bentocache({ url, ttlMs, load }: SharedCacheOptions, more: object): SharedCache {
  const { hostname: host, port } = new URL(url)
  const connection = { host, port: Number(port) }
  const store = bentostore()
    .useL1Layer(memoryDriver({ maxItems: MAX_ITEMS }))
    .useL2Layer(redisDriver({ connection }))
    .useBus(redisBusDriver({ connection }))
  const cache = new BentoCache({ default: NAME, ttl: ttlMs, ...more, stores: { [NAME]: store } })
  return { get: (key) => cache.getOrSet({ key, factory: () => load(key) }) }
}

function cacheable({ url, ttlMs, load }: SharedCacheOptions): SharedCache {
  const cache = new Cacheable({ ttl: ttlMs, secondary: createKeyv(url) })
  cache.on('error', () => {})
  return { get: (key) => cache.getOrSet(key, () => load(key)) }
}

function asyncCacheDedupe({ url, ttlMs, load }: SharedCacheOptions): SharedCache {
  const cache = createCache({ ttl: ttlMs / 1_000, storage: { type: 'redis', options: { client: quietClient(url) } } })
  const asking = cache.define('ask', load)
  return { get: (key) => asking.ask(key) }
}

function layeredLoader({ url, ttlMs, load }: SharedCacheOptions): SharedCache {
  const loader = new Loader<string>({
    inMemoryCache: { cacheType: 'lru-map', ttlInMsecs: ttlMs, maxItems: MAX_ITEMS },
    asyncCache: new RedisCache<string>(quietClient(url), { ttlInMsecs: ttlMs }),
    dataSourceGetOneFn: load,
  })
  return { get: (key) => loader.get(key) }
}

function cachifiedRedis({ url, ttlMs, load }: SharedCacheOptions): SharedCache {
  const client = quietClient(url)
  const cache: CachifiedCache = {
    get: async (key) => {
      const text = await client.get(key)
      const entry: CacheEntry | null = text === null ? null : JSON.parse(text)
      return entry
    },
    set: (key, value) => client.set(key, JSON.stringify(value), 'PX', totalTtl(value.metadata)),
    delete: (key) => client.del(key),
  }
  return { get: (key) => cachified({ key, cache, ttl: ttlMs, getFreshValue: () => load(key) }) }
}

/** ioredis as it is by default; errors of the connection are printed by nobody. */
function quietClient(url: string): Redis {
  return new Redis(url).on('error', () => {})
}
