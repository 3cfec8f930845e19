import { describe, expect, it } from 'vitest'
import type { SharedBackend, SharedValue } from '../../../../sdk/src/cache/backends/backend.ts'
import { hybrid } from '../../../../sdk/src/cache/backends/hybrid.ts'
import { memory } from '../../../../sdk/src/cache/backends/memory.ts'
import { redis } from '../../../../sdk/src/cache/backends/redis.ts'
import { cached } from '../../../../sdk/src/cache/cached.ts'
import { createCache } from '../../../../sdk/src/cache/create-cache.ts'
import { cache as contract } from '../../../../sdk/src/contract/index.ts'
import { ManualClock } from '../../../support/clock.ts'
import { eventually } from '../../../support/eventually.ts'
import { useRedis } from '../../../support/redis.ts'
import { total } from '../../../support/collected.ts'

let serial = 0

describe('hybrid', () => {
  const server = useRedis()
  const backend = (): SharedBackend => hybrid({ front: memory(), back: redis({ url: server().url }) })

  it('takes from the back what another process has loaded, then answers from the front', async () => {
    const name = `hybrid-${++serial}`
    const first = cached(async (key: string) => `${key} loaded`, { name, backend: backend() })
    await first('a')
    const second = cached(async (_key: string) => 'loaded again', { name, backend: backend() })
    expect([await second('a'), await second('a')]).toEqual(['a loaded', 'a loaded'])
    const hits = { 'pitwall.cache.name': name, 'pitwall.cache.result': 'hit' }
    expect(total(contract.requests, { ...hits, 'pitwall.cache.tier': 'redis' })).toBe(1)
    expect(total(contract.requests, { ...hits, 'pitwall.cache.tier': 'memory' })).toBe(1)
    expect(total(contract.requests, { 'pitwall.cache.name': name })).toBe(3)
    await Promise.all([first.cache.close(), second.cache.close()])
  })

  it('keeps in the front no longer than the back has left', async () => {
    const name = `hybrid-${++serial}`
    const clock = new ManualClock()
    const writer = createCache<number>({ name, backend: backend() })
    await writer.set('a', 1, { ttl: '1m' })
    const reader = createCache<number>({ name, backend: backend(), clock })
    expect(await reader.get('a')).toBe(1)
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
    await ask('a')
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
    let answer: (found: SharedValue) => void = () => {}
    const slow: SharedBackend = {
      name: 'slow',
      synchronous: false,
      open: () => ({
        local: undefined,
        shared: {
          tier: 'slow',
          deadlineMs: 10_000,
          get: () => new Promise((resolve) => (answer = resolve)),
          set: async () => {},
          delete: async () => {},
          clear: async () => {},
          close: async () => {},
        },
      }),
    }
    const cache = createCache<string>({ name: `hybrid-${++serial}`, backend: hybrid({ front: memory(), back: slow }) })
    const asked = cache.get('a')
    await Promise.resolve()
    await cache.set('a', 'new')
    answer({ value: 'old', ttlMs: undefined })
    await asked
    expect(await cache.get('a')).toBe('new')
  })
})
