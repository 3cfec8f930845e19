import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createStorage, prefixStorage } from 'unstorage'
import fsDriver from 'unstorage/drivers/fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unstorage } from '../../../../sdk/src/cache/backends/unstorage.ts'
import { cached } from '../../../../sdk/src/cache/cached.ts'
import { createCache } from '../../../../sdk/src/cache/create-cache.ts'
import makeOnRedis, { useServer } from './unstorage.fixture.ts'

let serial = 0
const unique = (): string => `unstorage-${++serial}`

describe('unstorage', () => {
  it('shares results between caches on one storage, whatever its driver', async () => {
    const storage = createStorage()
    const name = unique()
    const search = async (city: string): Promise<object> => ({ city, found: [1, 2] })
    const first = cached(search, { name, backend: unstorage({ storage }) })
    expect(await first('Rome')).toEqual({ city: 'Rome', found: [1, 2] })
    await first.cache.close()
    const other = cached(async (_city: string) => ({}), { name, backend: unstorage({ storage: prefixStorage(storage, '') }) })
    expect(await other('Rome')).toEqual({ city: 'Rome', found: [1, 2] })
  })

  it('keeps its texts apart from what else is in the storage, and does not dispose of it', async () => {
    const storage = createStorage()
    await storage.setItem('mine', 'stays')
    const cache = createCache({ name: unique(), backend: unstorage({ storage, namespace: 'hotels/eu' }) })
    await cache.set('a', 1)
    await cache.clear()
    await cache.close()
    expect(await storage.getItem('mine')).toBe('stays')
    expect((await storage.getKeys()).filter((key) => key !== 'mine').every((key) => /^pitwall:hotels_\w+eu:/.test(key))).toBe(true)
  })

  it('takes nothing that somebody else has put under its names', async () => {
    const storage = createStorage()
    const cache = createCache({ name: unique(), backend: unstorage({ storage }) })
    await cache.set('a', 1)
    for (const name of await storage.getKeys()) await storage.setItem(name, { an: 'object' })
    expect(await cache.get('a')).toBeUndefined()
  })

  describe('on files', () => {
    let folder: string
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'pitwall-unstorage-'))
    })
    afterAll(() => rm(folder, { recursive: true, force: true }))

    it('gives back what it stored, under any name of a cache', async () => {
      const storage = createStorage({ driver: fsDriver({ base: folder }) })
      for (const name of ['..', '.', 'a/../../b', 'con:1', 'ключ']) {
        const cache = createCache({ name, backend: unstorage({ storage, timeout: '5s' }) })
        await cache.set('a', { name })
        expect(await cache.get('a')).toEqual({ name })
        await cache.delete('a')
        expect(await cache.get('a')).toBeUndefined()
      }
    })
  })

  describe('on Redis', () => {
    const server = useServer()

    it('lets Redis forget what has expired', async () => {
      const cache = createCache({ name: unique(), backend: makeOnRedis(server().url), ttl: '90s', grace: '30s' })
      await cache.set('short', 1)
      const ttls = await server().ask(async (client) => Promise.all((await client.keys('*')).map((key) => client.ttl(key))))
      // The entry; that its key was changed, for an hour; and the last change, for a month.
      expect(ttls.toSorted((one, other) => one - other)).toEqual([
        expect.closeTo(120, -1),
        expect.closeTo(3_600, -1),
        expect.closeTo(2_592_000, -1),
      ])
    })
  })

  it.each([
    [{}, 'storage must be what createStorage() of unstorage makes, got undefined.'],
    [{ storage: createStorage(), namespace: '' }, "namespace must be a string of at least one character, got ''."],
    [
      { storage: createStorage(), driver: 1 },
      "an option of unstorage must be one of storage, namespace, timeout, secret, wallTime, got 'driver'.",
    ],
  ])('says in one sentence what is wrong with %o', (options, sentence) => {
    expect(() => Reflect.apply(unstorage, undefined, [options])).toThrow(
      expect.objectContaining({ name: 'OptionError', message: sentence }),
    )
  })
})
