import KeyvRedis from '@keyv/redis'
import { Redis } from 'ioredis'
import { Keyv, KeyvMemoryAdapter } from 'keyv'
import { Keyv as Keyv5 } from 'keyv5'
import { afterAll, describe, expect, it } from 'vitest'
import { keyv, type KeyvLike } from '../../../../sdk/src/cache/backends/keyv.ts'
import { cached } from '../../../../sdk/src/cache/cached.ts'
import { createCache } from '../../../../sdk/src/cache/create-cache.ts'
import { eventually } from '../../../support/eventually.ts'
import { useServer } from './keyv.fixture.ts'

let serial = 0
const unique = (): string => `keyv-${++serial}`

/** An adapter as Keyv 5 has them: milliseconds to live. */
class FivesAdapter {
  readonly client: Redis

  constructor(url: string) {
    this.client = new Redis(url).on('error', () => {})
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.client.get(key)) ?? undefined
  }

  async set(key: string, value: string, ttl?: number): Promise<void> {
    await (ttl === undefined ? this.client.set(key, value) : this.client.set(key, value, 'PX', ttl))
  }

  async delete(key: string): Promise<boolean> {
    return (await this.client.del(key)) > 0
  }

  async clear(): Promise<void> {
    await this.client.flushdb()
  }
}

describe('keyv', () => {
  it.each([
    ['Keyv 6', () => new Keyv()],
    ['Keyv 6 with a namespace', () => new Keyv({ namespace: 'agents' })],
    ['an adapter of Keyv 6', () => new KeyvMemoryAdapter(new Map())],
    ['Keyv 5', () => new Keyv5({ throwOnErrors: true })],
    ['Keyv 5 with a namespace', () => new Keyv5({ namespace: 'agents', throwOnErrors: true })],
  ])('shares results between caches on one store: %s', async (_what, make: () => KeyvLike) => {
    const store = make()
    const name = unique()
    const search = async (city: string): Promise<object> => ({ city, found: [1, 2] })
    const first = cached(search, { name, backend: keyv({ store }) })
    expect(await first('Rome')).toEqual({ city: 'Rome', found: [1, 2] })
    await first.cache.close()
    const other = cached(async (_city: string) => ({}), { name, backend: keyv({ store }) })
    expect(await other('Rome')).toEqual({ city: 'Rome', found: [1, 2] })
    await other.invalidate('Rome')
    expect(await other('Rome')).toEqual({})
  })

  describe('on Redis', () => {
    const server = useServer()
    const clients: { disconnect(force?: boolean): unknown }[] = []
    afterAll(async () => {
      await Promise.all(clients.map((client) => client.disconnect(true)))
    })

    const stores: readonly [string, (url: string) => KeyvLike][] = [
      [
        'an adapter of Keyv 6',
        (url) => {
          const adapter = new KeyvRedis<string>(url)
          clients.push(adapter)
          return adapter
        },
      ],
      [
        'an adapter of Keyv 5',
        (url) => {
          const adapter = new FivesAdapter(url)
          clients.push(adapter.client)
          return adapter
        },
      ],
      [
        'Keyv 5 on such an adapter',
        (url) => {
          const adapter = new FivesAdapter(url)
          clients.push(adapter.client)
          return new Keyv5({ store: adapter, throwOnErrors: true })
        },
      ],
      [
        'Keyv 6 on such an adapter',
        (url) => {
          const adapter = new FivesAdapter(url)
          clients.push(adapter.client)
          return new Keyv({ store: adapter })
        },
      ],
    ]

    it.each(stores)('gives Redis the right time to live through %s', async (_what, make) => {
      const name = unique()
      const ask = cached(async (_key: string) => 'value', { name, backend: keyv({ store: make(server().url), timeout: '5s' }), ttl: '90s' })
      await ask('a')
      const ttl = await eventually('the entry', () =>
        server().ask(async (client) => {
          const [key] = await client.keys('*')
          return key === undefined ? undefined : client.pttl(key)
        }),
      )
      expect(ttl).toBeGreaterThan(80_000)
      expect(ttl).toBeLessThanOrEqual(90_000)
    })
  })

  it('does not take a store that tells of an error for one that has nothing', async () => {
    const broken = {
      get: () => Promise.reject(new Error('gone')),
      set: () => Promise.reject(new Error('gone')),
      delete: async () => false,
      clear: async () => {},
      has: async () => false,
    }
    const six = new Keyv({ store: broken })
    six.on('error', () => {})
    expect(await six.get('a')).toBeUndefined()
    for (const store of [six, new Keyv5({ store: broken, throwOnErrors: true })]) {
      const ask = cached(async (key: string) => key, { name: unique(), backend: keyv({ store }) })
      for (let call = 0; call < 5; call++) expect(await ask(`key ${call}`)).toBe(`key ${call}`)
      expect(ask.stats()).toMatchObject({ errors: 3, bypassed: 2, misses: 0 })
    }
  })

  it('does not take "no" for an answer when it stores something', async () => {
    const full: KeyvLike = { get: async () => undefined, set: async () => false }
    const cache = createCache({ name: unique(), backend: keyv({ store: full }) })
    for (let call = 0; call < 3; call++) await cache.delete('a')
    expect(await cache.get('a')).toBeUndefined()
    expect(cache.stats().bypassed).toBe(1)
  })

  it('survives an error of the store that nobody listens to, with one listener for all caches', () => {
    const store = new Keyv()
    for (let cache = 0; cache < 20; cache++) keyv({ store })
    expect(store.listenerCount('error')).toBe(1)
    expect(() => store.emit('error', new Error('connection lost'))).not.toThrow()
  })

  it('does not disconnect the store when a cache is closed', async () => {
    const store = new Keyv()
    const cache = createCache({ name: unique(), backend: keyv({ store }) })
    await cache.set('a', 1)
    await cache.close()
    await store.set('mine', 1)
    expect(await store.get('mine')).toBe(1)
  })

  it.each([
    [{}, 'store must be a Keyv or one of its storage adapters, got undefined.'],
    [
      { store: new Keyv5() },
      'store.throwOnErrors must be true for a Keyv 5, which else takes a store that is unreachable for an empty one, got false.',
    ],
    [{ store: new Keyv(), timeout: -1 }, "timeout must be a positive number of milliseconds or a string like '30s', '5m' or '1h', got -1."],
    [{ store: new Keyv(), ttl: 1 }, "an option of keyv must be one of store, namespace, timeout, secret, wallTime, got 'ttl'."],
  ])('says in one sentence what is wrong with %o', (options, sentence) => {
    expect(() => Reflect.apply(keyv, undefined, [options])).toThrow(expect.objectContaining({ name: 'OptionError', message: sentence }))
  })
})
