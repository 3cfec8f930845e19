import { existsSync, readdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Backend } from '../../sdk/src/cache/backends/backend.ts'
import { cached } from '../../sdk/src/cache/cached.ts'
import type { CacheHandle } from '../../sdk/src/cache/handle.ts'
import { keyOfArguments } from '../../sdk/src/cache/key.ts'
import { openHandle } from '../../sdk/src/cache/open-handle.ts'
import { type CacheOptions, settingsOf } from '../../sdk/src/cache/options/options.ts'
import { eventually } from '../support/eventually.ts'
import { useRedis } from '../support/redis.ts'
import type { TestServer } from '../support/test-server.ts'

const root = resolve(import.meta.dirname, '../..')
const folder = join(root, 'sdk/src/cache/backends')
const names = readdirSync(folder)
  .map((file) => basename(file, '.ts'))
  .filter((name) => name !== 'backend')

/** How a backend is made and tested. */
interface Fixture {
  /** Makes the backend on its server. */
  readonly default: (url: string) => Backend
  /** The server of the tests of one file, which is running and empty before each of them. Default: a Redis. */
  readonly useServer?: () => () => TestServer
}

/** `test/sdk/cache/backends/NAME.fixture.ts` where there is one; else the backend as it is without options. */
async function fixtureOf(name: string): Promise<Fixture> {
  const fixture = join(root, 'test/sdk/cache/backends', `${name}.fixture.ts`)
  const load = (path: string): Promise<Fixture> => import(pathToFileURL(path).href)
  if (existsSync(fixture)) return load(fixture)
  const module: { default: () => Backend } = await import(pathToFileURL(join(folder, `${name}.ts`)).href)
  return { default: () => module.default() }
}

/** Ten deadlines, for a machine that does much else, and a fifth of what callers wait who are held up: `npm run bench -- outage` has figures. */
const OUTAGE_MS = 1_000
/** Where no outage is tested, a busy machine is none. */
const PATIENT = { timeout: '10s' } as const
let serial = 0

/** An address where nothing listens, for looking at a backend without using it. */
const NOWHERE = 'redis://127.0.0.1:1'

describe.each(names)('%s', async (name) => {
  const { default: make, useServer = useRedis } = await fixtureOf(name)
  const server: () => TestServer = useServer()
  const open = (options: Partial<CacheOptions> = {}): CacheHandle =>
    openHandle(
      settingsOf({ backend: make(server().url), name: `${name}-${++serial}`, l2: PATIENT, ...options }, name),
      keyOfArguments,
      undefined,
    ).handle

  it('goes by the name of its file', () => {
    expect(make(server().url).name).toBe(name)
  })

  it.each([['text'], [''], [0], [false], [null], [{ a: [1, { b: 'ü€😀' }] }], [[]]])('gives back %j', async (value) => {
    const cache = open()
    await cache.set('key', value)
    expect(await cache.get('key')).toEqual(value)
    await cache.close()
  })

  it.each([['__proto__'], ['constructor'], [''], ['a:b'], ['~'], ['*'], ['ключ'], ['\0\n'], ['k'.repeat(10_000)]])(
    'takes the key %j',
    async (key) => {
      const cache = open()
      expect(await cache.get(key)).toBeUndefined()
      await cache.set(key, 'value')
      expect(await cache.get(key)).toBe('value')
      await cache.delete(key)
      expect(await cache.get(key)).toBeUndefined()
      await cache.close()
    },
  )

  it('forgets an entry when its time to live is over', async () => {
    const cache = open({ ttl: 30 })
    await cache.set('short', 1)
    await cache.set('long', 1, { ttl: '1h' })
    await eventually('the entry to expire', async () => (await cache.get('short')) === undefined)
    expect(await cache.get('long')).toBe(1)
    await cache.close()
  })

  it('clears its own entries and no other cache’s', async () => {
    const backend = make(server().url)
    const [cleared, kept] = [open({ backend, name: `${name}*` }), open({ backend, name: `${name}*:x` })]
    await Promise.all(Array.from({ length: 300 }, (_, index) => cleared.set(`key ${index}`, index)))
    await kept.set('key 7', 'kept')
    await cleared.clear()
    expect(await cleared.get('key 7')).toBeUndefined()
    expect(await kept.get('key 7')).toBe('kept')
    await Promise.all([cleared.close(), kept.close()])
  })

  it('holds no more entries in this process than it may', async () => {
    const cache = open({ maxEntries: 3 })
    for (let index = 0; index < 10; index++) await cache.set(`key ${index}`, index)
    expect(cache.stats().entries).toBeLessThanOrEqual(3)
    await cache.close()
  })

  it('answers without error after it was closed', async () => {
    const cache = open()
    await cache.close()
    await cache.close()
    await cache.set('key', 1)
    await cache.delete('key')
    await cache.clear()
    expect([undefined, 1]).toContain(await cache.get('key'))
  })

  if (make(NOWHERE).synchronous) return

  it('shows one cache what another of its name has stored', async () => {
    const [writer, reader] = [open({ name: `${name}-shared` }), open({ name: `${name}-shared` })]
    await writer.set('key', { a: 1 })
    expect(await reader.get('key')).toEqual({ a: 1 })
    await Promise.all([writer.close(), reader.close()])
  })

  describe.each(['killed', 'frozen'] as const)('with its server %s', (outage) => {
    async function begin(): Promise<void> {
      if (outage === 'killed') await server().kill()
      else await server().freeze()
    }
    async function end(): Promise<void> {
      if (outage === 'killed') await server().restart()
      else server().resume()
    }

    it('costs its callers no more than its deadline, gives them no error, and is in use again within a second', async () => {
      const options = { name: `${name}-${outage}`, backend: make(server().url) }
      const call = cached(async (key: string) => key, options)
      await call('before')
      await begin()
      try {
        let slowestMs = 0
        for (let index = 0; index < 60; index++) {
          const started = performance.now()
          expect(await call(`outage ${index}`)).toBe(`outage ${index}`)
          slowestMs = Math.max(slowestMs, performance.now() - started)
          await delay(10)
        }
        expect(slowestMs).toBeLessThan(OUTAGE_MS)
        if (outage === 'killed' || server().readableWhileFrozen !== true) expect(call.stats().bypassed).toBeGreaterThan(30)
      } finally {
        await end()
      }
      const other = open({ name: options.name })
      const returned = performance.now()
      await eventually('a value to pass from one cache to another', async () => {
        await call.cache.set('after', 'the outage')
        return (await other.get('after')) !== undefined
      })
      // One second to be in use again, and some for a machine that does much else.
      expect(performance.now() - returned).toBeLessThan(2_500)
      await Promise.all([call.cache.close(), other.close()])
    })

    it('does not serve what was invalidated meanwhile', async () => {
      let version = 1
      const call = cached(async (_key: string) => version, { name: `${name}-${outage}-invalidate`, backend: make(server().url) })
      expect(await call('key')).toBe(1)
      await begin()
      try {
        version = 2
        await call.invalidate('key')
        expect(await call('key')).toBe(2)
      } finally {
        await end()
      }
      for (let index = 0; index < 60; index++) {
        expect(await call('key')).toBe(2)
        await delay(20)
      }
      await call.cache.close()
    })
  })
})
