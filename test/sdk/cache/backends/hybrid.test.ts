import { describe, expect, it } from 'vitest'
import type { SharedBackend } from '../../../../sdk/src/cache/backends/backend.ts'
import { hybrid } from '../../../../sdk/src/cache/backends/hybrid.ts'
import { memory } from '../../../../sdk/src/cache/backends/memory.ts'
import { redis } from '../../../../sdk/src/cache/backends/redis.ts'
import { cached } from '../../../../sdk/src/cache/cached.ts'
import { createCache } from '../../../../sdk/src/cache/create-cache.ts'
import { cache as contract } from '../../../../sdk/src/contract/index.ts'
import { ManualClock } from '../../../support/clock.ts'
import { eventually } from '../../../support/eventually.ts'
import { MapStorage, storedValue } from '../../../support/map-storage.ts'
import { useRedis } from '../../../support/redis.ts'
import { total } from '../../../support/collected.ts'

let serial = 0

/** Resolves when the front serves by itself: as long as changes elsewhere could be missed, the back is asked each time. */
function inFront(name: string, ask: () => unknown): Promise<boolean> {
  const hits = { 'pitwall.cache.name': name, 'pitwall.cache.tier': 'memory', 'pitwall.cache.result': 'hit' }
  return eventually('the front to be in use', async () => {
    await ask()
    return (total(contract.requests, hits) ?? 0) > 0
  })
}

describe('hybrid', () => {
  const server = useRedis()
  const backend = (): SharedBackend => hybrid({ front: memory(), back: redis({ url: server().url, timeout: '1s' }) })

  it('takes from the back what another process has loaded, then answers from the front', async () => {
    const name = `hybrid-${++serial}`
    const first = cached(async (key: string) => `${key} loaded`, { name, backend: backend() })
    await first('a')
    // What is being stored is waited for.
    await first.cache.close()
    const second = cached(async (_key: string) => 'loaded again', { name, backend: backend() })
    expect(await second('a')).toBe('a loaded')
    await inFront(name, () => second('a'))
    expect(await second('a')).toBe('a loaded')
    const requests = (tier: string): number | undefined =>
      total(contract.requests, { 'pitwall.cache.name': name, 'pitwall.cache.tier': tier })
    const before = requests('redis')
    expect(await second('a')).toBe('a loaded')
    expect(requests('redis')).toBe(before)
    await second.cache.close()
  })

  it('keeps in the front no longer than the back has left', async () => {
    const name = `hybrid-${++serial}`
    const clock = new ManualClock()
    const writer = createCache<number>({ name, backend: backend() })
    await writer.set('a', 1, { ttl: '1m' })
    const reader = createCache<number>({ name, backend: backend(), clock })
    await inFront(name, () => reader.get('a'))
    await server().ask((client) => client.flushall())
    clock.advance(55_000)
    expect(await reader.get('a')).toBe(1)
    clock.advance(5_000)
    expect(await reader.get('a')).toBeUndefined()
    await Promise.all([writer.close(), reader.close()])
  })

  it('invalidates the front and the back', async () => {
    const name = `hybrid-${++serial}`
    let version = 1
    const ask = cached(async () => version, { name, backend: backend() })
    await ask()
    version = 2
    await ask.invalidate()
    expect(await ask.peek()).toBeUndefined()
    expect(await ask()).toBe(2)
    await ask.cache.close()
  })

  it('shows an open breaker while the back is gone, and answers from the front without it', async () => {
    const name = `hybrid-${++serial}`
    const ask = cached(async (key: string) => key, { name, backend: backend() })
    await inFront(name, () => ask('a'))
    await server().kill()
    for (let index = 0; index < 10; index++) await ask(`key ${index}`)
    const point = { 'pitwall.cache.name': name, 'pitwall.cache.tier': 'redis' }
    expect(total(contract.degraded, point)).toBe(1)
    const { hits } = ask.stats()
    expect(await ask('a')).toBe('a')
    expect(ask.stats().hits).toBe(hits + 1)
    await server().restart()
    await eventually('the breaker to close', async () => {
      await ask(`probe ${++serial}`)
      return total(contract.degraded, point) === 0
    })
    await ask.cache.close()
  })

  it('does not overwrite a value that was set while the back was asked', async () => {
    const storage = new MapStorage(10_000)
    storage.values.set('a', storedValue('old'))
    const answered = Promise.withResolvers<void>()
    const read = storage.read.bind(storage)
    storage.read = async (key) => {
      const reading = await read(key)
      await answered.promise
      return reading
    }
    const slow: SharedBackend = { name: 'slow', synchronous: false, open: () => ({ local: undefined, shared: storage }) }
    const cache = createCache<string>({ name: `hybrid-${++serial}`, backend: hybrid({ front: memory(), back: slow }) })
    const asked = cache.get('a')
    await Promise.resolve()
    const set = cache.set('a', 'new')
    answered.resolve()
    await Promise.all([asked, set])
    expect(await cache.get('a')).toBe('new')
  })
})
