import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import { cached, metricProducer } from '@pitwall/sdk'
import { hybrid } from '@pitwall/sdk/backends/hybrid'
import { memory } from '@pitwall/sdk/backends/memory'
import { redis } from '@pitwall/sdk/backends/redis'
import { cache as contract } from '@pitwall/sdk/contract'
import { Redis } from 'ioredis'
import { now } from './machine-clock.ts'
import { serve } from './worker.ts'

/** The cache of both processes. */
export function openCache(url: string) {
  const source = new Redis(url)
  // What is cached can change at any moment, and only the invalidation says so.
  const load = async (key: string): Promise<string> => (await source.get(`source of ${key}`)) ?? 'nothing'
  const ask = cached(load, { name: 'bench-invalidate', ttl: '1h', backend: hybrid({ front: memory(), back: redis({ url }) }) })
  return { source, ask }
}

let ask: ReturnType<typeof openCache>['ask'] | undefined
const known = new Map<string, unknown>()

/** Hits that the memory of this process has served so far. */
async function localHits(): Promise<number> {
  const { resourceMetrics } = await metricProducer.collect()
  const requests = resourceMetrics.scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .find(({ descriptor }) => descriptor.name === contract.requests.name)
  const point = requests?.dataPoints.find(
    ({ attributes }) => attributes['pitwall.cache.tier'] === 'memory' && attributes['pitwall.cache.result'] === 'hit',
  )
  return Number(point?.value ?? 0)
}

const service = {
  open(url: string): void {
    ask = openCache(url).ask
  },
  /** Resolves when the memory of this process serves all of these keys; remembers the values. */
  async warm(keys: readonly string[]): Promise<void> {
    for (let served = false; !served;) {
      const before = await localHits()
      for (const key of keys) known.set(key, await ask?.(key))
      served = (await localHits()) - before === keys.length
    }
  },
  /** Asks for the keys over and over; resolves, when all have other values than before, to when each was asked for the first time that it had. */
  async changes(keys: readonly string[]): Promise<readonly number[]> {
    const changedAt = new Map<string, number>()
    const asking = new Set<string>()
    const askFor = async (key: string, at: number): Promise<void> => {
      asking.add(key)
      const value = await ask?.(key)
      asking.delete(key)
      if (value !== known.get(key) && !changedAt.has(key)) changedAt.set(key, at)
    }
    while (changedAt.size < keys.length) {
      for (const key of keys) if (!changedAt.has(key) && !asking.has(key)) void askFor(key, now())
      // Not without a pause: on a busy machine the system lets a process that never rests wait for longest.
      await delay(1)
    }
    return keys.map((key) => changedAt.get(key) ?? Number.NaN)
  },
  /** The value, after the event loop has turned once. */
  async read(key: string): Promise<unknown> {
    await nextTurn()
    return ask?.(key)
  },
}

/** The process that reads what another one invalidates. */
export type InvalidateService = typeof service

if (process.send !== undefined) serve(service)
