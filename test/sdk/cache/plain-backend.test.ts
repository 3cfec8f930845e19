import { describe, expect, it } from 'vitest'
import { cached } from '../../../sdk/src/cache/cached.ts'
import { createCache } from '../../../sdk/src/cache/create-cache.ts'
import { hybrid } from '../../../sdk/src/cache/backends/hybrid.ts'
import { memory } from '../../../sdk/src/cache/backends/memory.ts'
import { plainBackend } from '../../../sdk/src/cache/plain-backend.ts'
import type { PlainStore } from '../../../sdk/src/cache/shared/plain-storage.ts'
import { cache as contract } from '../../../sdk/src/contract/index.ts'
import { collected } from '../../support/collected.ts'

let serial = 0
const unique = (): string => `plain-${++serial}`

function mapStore(texts: Map<string, string> = new Map()): PlainStore {
  return { tier: 'map', get: async (name) => texts.get(name), set: async (name, text) => void texts.set(name, text) }
}

describe('plainBackend', () => {
  it('shares entries between caches of one name or namespace, and of no other', async () => {
    const store = mapStore()
    const name = unique()
    await createCache({ name, backend: plainBackend(store) }).set('a', 1)
    expect(await createCache({ name, backend: plainBackend(store) }).get('a')).toBe(1)
    expect(await createCache({ name: unique(), backend: plainBackend(store, { namespace: name }) }).get('a')).toBe(1)
    expect(await createCache({ name: unique(), backend: plainBackend(store) }).get('a')).toBeUndefined()
    expect(
      await createCache({ name, backend: plainBackend(store) })
        .namespace('part')
        .get('a'),
    ).toBeUndefined()
  })

  it('keeps keys and tags to itself, and takes no entry of a process with another secret', async () => {
    const texts = new Map<string, string>()
    const name = unique()
    const cache = createCache({ name, backend: plainBackend(mapStore(texts), { secret: 'one' }) })
    await cache.set('hunter2', 1, { tags: ['correct horse'] })
    await cache.invalidateTag('correct horse')
    await cache.set('hunter2', 1, { tags: ['correct horse'] })
    const written = [...texts].flat().map((text) => text + Buffer.from(text.split(' ').at(-1) ?? '', 'base64').toString('latin1'))
    expect(written.join()).not.toMatch(/hunter2|correct horse/)
    expect(await cache.get('hunter2')).toBe(1)
    expect(await createCache({ name, backend: plainBackend(mapStore(texts), { secret: 'two' }) }).get('hunter2')).toBeUndefined()
  })

  it('goes on without the store while that rejects, and counts so', async () => {
    const name = unique()
    const down: PlainStore = { tier: 'down', get: () => Promise.reject(new Error('gone')), set: () => Promise.reject(new Error('gone')) }
    const ask = cached(async (key: string) => key, { name, backend: plainBackend(down) })
    for (let call = 0; call < 10; call++) expect(await ask(`key ${call}`)).toBe(`key ${call}`)
    expect(ask.stats()).toMatchObject({ errors: 3, bypassed: 7 })
    expect(collected(contract.degraded, { 'pitwall.cache.name': name, 'pitwall.cache.tier': 'down' })[0]?.value).toBe(1)
  })

  it('stands behind memory as well as any other shared backend', async () => {
    const store = mapStore()
    const name = unique()
    const backend = () => hybrid({ front: memory(), back: plainBackend(store) })
    const [one, other] = [createCache({ name, backend: backend() }), createCache({ name, backend: backend() })]
    await one.set('a', 1)
    expect([await other.get('a'), await other.get('a')]).toEqual([1, 1])
    await one.delete('a')
    expect(await one.get('a')).toBeUndefined()
  })

  it.each([
    [{ tier: 'half', get: async () => undefined }, {}, 'the store must be an object with `tier`, `get` and `set`, got an object.'],
    [mapStore(), { timeout: 0 }, /^timeout must be a positive number of milliseconds/],
    [mapStore(), { timeout: '2m' }, "timeout must be a duration of at most a minute, got '2m'."],
    [mapStore(), { secret: '' }, "secret must be a string of at least one character, got ''."],
    [mapStore(), { ttl: 5 }, "an option of plainBackend must be one of namespace, timeout, secret, wallTime, got 'ttl'."],
  ])('says in one sentence what is wrong with %o, %o', (store, options, sentence) => {
    expect(() => Reflect.apply(plainBackend, undefined, [store, options])).toThrow(expect.objectContaining({ name: 'OptionError' }))
    expect(() => Reflect.apply(plainBackend, undefined, [store, options])).toThrow(sentence)
  })
})
