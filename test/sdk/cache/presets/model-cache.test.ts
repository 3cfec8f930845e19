import { setImmediate as nextTurn } from 'node:timers/promises'
import { diag, DiagLogLevel } from '@opentelemetry/api'
import fc from 'fast-check'
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest'
import { redis } from '../../../../sdk/src/cache/backends/redis.ts'
import { getCache } from '../../../../sdk/src/cache/create-cache.ts'
import type { Lease } from '../../../../sdk/src/cache/memory/held-values.ts'
import { setCacheDefaults } from '../../../../sdk/src/cache/options/options.ts'
import { ModelCache, type ModelCacheOptions } from '../../../../sdk/src/cache/presets/model-cache.ts'
import { cache as contract } from '../../../../sdk/src/contract/index.ts'
import { ManualClock } from '../../../support/clock.ts'
import { total } from '../../../support/collected.ts'

let serial = 0
const unique = (): string => `models-${++serial}`

/** A model of a known key and size, which must not be used once it was disposed of. */
interface Model {
  readonly key: string
  readonly bytes: number
}

/** A cache whose loads and disposals are written down. */
function open(options: Partial<ModelCacheOptions<Model>> = {}) {
  const loaded: string[] = []
  const disposed: string[] = []
  const models = new ModelCache<Model>({
    name: unique(),
    load: async (key) => (loaded.push(key), { key, bytes: 10 }),
    dispose: (_model, key, reason) => void disposed.push(`${key} ${reason}`),
    ...options,
  })
  return { models, loaded, disposed }
}

/** What left is disposed of in the next turn of the event loop, if it can be. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await nextTurn()
}

describe('ModelCache, loading', () => {
  it('loads a value once, however many ask for it at the same time and later', async () => {
    const { models, loaded } = open()
    const leases = await Promise.all([models.acquire('a'), models.acquire('a'), models.acquire('a')])
    expect(new Set(leases.map(({ value }) => value)).size).toBe(1)
    expect(await models.use('a', ({ key }) => key)).toBe('a')
    expect(loaded).toEqual(['a'])
    expect(models.stats()).toMatchObject({ loads: 1, misses: 1, coalesced: 2, hits: 1 })
  })

  it('gives an error of the load to who waits and keeps nothing of it', async () => {
    let attempts = 0
    const { models, disposed } = open({
      load: (key) => {
        if (++attempts === 1) throw new RangeError('no room on the device')
        return { key, bytes: 1 }
      },
    })
    await expect(models.acquire('a')).rejects.toThrow(RangeError)
    expect(await models.use('a', ({ key }) => key)).toBe('a')
    expect(disposed).toEqual([])
  })

  it('holds four values unless told otherwise, and disposes of the one that was not used for longest', async () => {
    const { models, disposed } = open()
    for (const key of ['a', 'b', 'c', 'd', 'a', 'e']) await models.use(key, () => {})
    await turns()
    expect(disposed).toEqual(['b size'])
    expect(models.stats().entries).toBe(4)
  })

  it('holds no more bytes than it may', async () => {
    const { models, disposed } = open({ maxBytes: 25, sizeOf: ({ bytes }) => bytes })
    for (const key of ['a', 'b', 'c']) await models.use(key, () => {})
    await turns()
    expect(disposed).toEqual(['a size'])
    expect(models.stats().bytes).toBe(20)
  })

  it('passes on what `use` returns, and what it throws', async () => {
    const { models } = open()
    expectTypeOf(models.use('a', async ({ bytes }) => bytes)).toEqualTypeOf<Promise<number>>()
    await expect(models.use('a', () => Promise.reject(new TypeError('mine')))).rejects.toThrow('mine')
    await expect(
      models.use('a', () => {
        throw new TypeError('mine too')
      }),
    ).rejects.toThrow('mine too')
  })
})

describe('ModelCache, disposing', () => {
  it('says why a value left', async () => {
    const { models, disposed } = open({ maxEntries: 1 })
    await models.use('a', () => {})
    await models.use('b', () => {})
    await turns()
    models.invalidate('b')
    await turns()
    await models.use('c', () => {})
    models.cache.set('c', { key: 'by hand', bytes: 1 })
    await turns()
    models.clear()
    await turns()
    await models.use('d', () => {})
    await models.close()
    expect(disposed).toEqual(['a size', 'b invalidated', 'c replaced', 'c cleared', 'd closed'])
  })

  it('waits for the last of those who hold the value', async () => {
    const { models, disposed } = open()
    const [one, other] = await Promise.all([models.acquire('a'), models.acquire('a')])
    models.invalidate('a')
    one[Symbol.dispose]()
    one[Symbol.dispose]()
    await turns()
    expect(disposed).toEqual([])
    await other[Symbol.asyncDispose]()
    expect(disposed).toEqual(['a invalidated'])
  })

  it('does not dispose of a value that is on its way to a caller', async () => {
    const { models, disposed } = open()
    await models.use('a', () => {})
    const asked = models.acquire('a')
    models.invalidate('a')
    const lease = await asked
    await turns()
    expect(disposed).toEqual([])
    lease[Symbol.dispose]()
    await turns()
    expect(disposed).toEqual(['a invalidated'])
  })

  it('does not dispose of a value that was only used', async () => {
    const { models, disposed } = open()
    await models.use('a', () => {})
    await turns()
    expect(disposed).toEqual([])
  })

  it('disposes of what did not go in, once its waiters are done: it was invalidated meanwhile, or is too large', async () => {
    const loading = Promise.withResolvers<Model>()
    const { models, disposed } = open({ load: () => loading.promise, maxBytes: 25, sizeOf: ({ bytes }) => bytes })
    const asked = Promise.all([models.acquire('a'), models.acquire('a')])
    models.invalidate('a')
    loading.resolve({ key: 'a', bytes: 10 })
    const leases = await asked
    await turns()
    expect(disposed).toEqual([])
    for (const lease of leases) await lease[Symbol.asyncDispose]()
    expect(disposed).toEqual(['a not kept'])

    const large = open({ load: (key) => ({ key, bytes: 26 }), maxBytes: 25, sizeOf: ({ bytes }) => bytes })
    await large.models.use('b', () => {})
    await turns()
    expect(large.disposed).toEqual(['b not kept'])
  })

  it('gives out again what had to make room while it is held, in place of a second one beside it', async () => {
    const { models, loaded, disposed } = open({ maxEntries: 1 })
    const lease = await models.acquire('a')
    await models.use('b', () => {})
    expect(await models.use('a', (model) => model)).toBe(lease.value)
    lease[Symbol.dispose]()
    await turns()
    expect(loaded).toEqual(['a', 'b'])
    expect(disposed).toEqual(['b size'])
  })

  it('does not give out again what was invalidated while it is held', async () => {
    const { models, loaded } = open()
    const lease = await models.acquire('a')
    models.invalidate('a')
    expect(await models.use('a', (model) => model)).not.toBe(lease.value)
    expect(loaded).toEqual(['a', 'a'])
  })

  it('goes by the value: one that is kept under another key, or comes back, stays', async () => {
    const client = { key: 'client', bytes: 1 }
    const { models, disposed } = open({ load: () => client })
    await models.use('a', () => {})
    await models.use('b', () => {})
    models.invalidate('a')
    await turns()
    models.invalidate('b')
    await models.use('b', () => {})
    await turns()
    expect(disposed).toEqual([])
    models.invalidate('b')
    await turns()
    expect(disposed).toEqual(['b invalidated'])
  })

  it('uses the own method of a value, asynchronous before synchronous, where it is told nothing', async () => {
    const ended: string[] = []
    const models = new ModelCache<object>({
      name: unique(),
      load: (key) =>
        key === 'plain'
          ? {}
          : {
              [Symbol.dispose]: () => void ended.push(`${key} now`),
              ...(key === 'client' && { [Symbol.asyncDispose]: async () => void ended.push(`${key} later`) }),
            },
    })
    for (const key of ['client', 'model', 'plain']) await models.use(key, () => {})
    await models.close()
    expect(ended.toSorted()).toEqual(['client later', 'model now'])
  })

  describe('that fails', () => {
    const lines: string[] = []
    afterEach(() => diag.disable())

    it.each([
      ['throws', () => expect.fail('still busy')],
      ['rejects', () => Promise.reject(new Error('still busy'))],
    ])('is a warning and nobody’s error when it %s', async (_how, dispose) => {
      diag.setLogger({ error() {}, warn: (line) => void lines.push(line), info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN)
      const { models } = open({ dispose })
      lines.length = 0
      const lease = await models.acquire('a')
      models.invalidate('a')
      await lease[Symbol.asyncDispose]()
      await models.close()
      expect(lines).toEqual([`a value of cache '${models.cache.name}' could not be disposed of (still busy).`])
    })
  })

  it('happens exactly once to every value that was loaded, never to one that is held, in any order of events', async () => {
    const step = fc.record({
      act: fc.constantFrom('acquire', 'release', 'invalidate', 'clear', 'turn'),
      key: fc.constantFrom('a', 'b', 'c'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.integer({ min: 1, max: 3 }), async (steps, maxEntries) => {
        const disposals = new Map<Model, number>()
        const leases: Lease<Model>[] = []
        const asked: Promise<unknown>[] = []
        const { models } = open({
          name: 'models-in-any-order',
          maxEntries,
          load: async (key) => {
            const model = { key, bytes: 1 }
            disposals.set(model, 0)
            await nextTurn()
            return model
          },
          dispose: (model) => {
            expect(leases.some(({ value }) => value === model)).toBe(false)
            disposals.set(model, (disposals.get(model) ?? 0) + 1)
          },
        })
        for (const { act, key } of steps) {
          if (act === 'acquire') asked.push(models.acquire(key).then((lease) => leases.push(lease)))
          else if (act === 'release') leases.shift()?.[Symbol.dispose]()
          else if (act === 'invalidate') models.invalidate(key)
          else if (act === 'clear') models.clear()
          else await nextTurn()
        }
        await Promise.all(asked)
        for (const lease of leases.splice(0)) lease[Symbol.dispose]()
        await models.close()
        expect([...disposals.values()].every((count) => count === 1)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})

describe('ModelCache, time to live', () => {
  it('disposes of a value when its time is over, though nobody asks', async () => {
    const clock = new ManualClock()
    const { models, disposed } = open({ ttl: '30m', clock })
    await models.use('a', () => {})
    clock.advance(60_000)
    await models.use('b', () => {})
    clock.advance(29 * 60_000)
    await turns()
    expect(disposed).toEqual(['a expired'])
    clock.advance(60_000)
    await turns()
    expect(disposed).toEqual(['a expired', 'b expired'])
    expect(models.stats().evictions).toEqual({ size: 0, expired: 2, invalidated: 0 })
  })

  it('leaves what is held beyond its time to its holder, and loads for the next', async () => {
    const clock = new ManualClock()
    const { models, loaded, disposed } = open({ ttl: 1_000, clock })
    const lease = await models.acquire('a')
    clock.advance(1_000)
    await models.use('a', (model) => expect(model).not.toBe(lease.value))
    await turns()
    expect([loaded, disposed]).toEqual([['a', 'a'], []])
    await lease[Symbol.asyncDispose]()
    expect(disposed).toEqual(['a expired'])
  })
})

describe('ModelCache, closed', () => {
  it('has disposed of all that nobody holds, and of the rest when it is let go', async () => {
    const { models, disposed } = open({ dispose: async (_model, key) => (await nextTurn(), void disposed.push(key)) })
    const lease = await models.acquire('held')
    await models.use('free', () => {})
    await models[Symbol.asyncDispose]()
    expect(disposed).toEqual(['free'])
    await lease[Symbol.asyncDispose]()
    expect(disposed).toEqual(['free', 'held'])
  })

  it('goes on to load, and keeps nothing', async () => {
    const { models, loaded, disposed } = open()
    await models.close()
    await models.close()
    for (let call = 0; call < 2; call++) expect(await models.use('a', ({ key }) => key)).toBe('a')
    await turns()
    expect(loaded).toEqual(['a', 'a'])
    expect(disposed).toEqual(['a not kept', 'a not kept'])
    expect(models.stats().entries).toBe(0)
  })
})

describe('ModelCache, seen from outside', () => {
  it('is found by its name and counts under it', async () => {
    const { models } = open()
    await models.use('a', () => {})
    await models.use('a', () => {})
    expect(getCache(models.cache.name)).toBe(models.cache)
    expect(total(contract.requests, { 'pitwall.cache.name': models.cache.name, 'pitwall.cache.result': 'hit' })).toBe(1)
    expect([...models.entries()].map(({ key }) => key)).toEqual(['a'])
  })

  it('is what it is, wherever other caches keep their entries, and for how long', async () => {
    setCacheDefaults({ backend: redis(), lock: 'distributed', ttl: 1, onMutate: 'freeze' })
    try {
      const { models } = open()
      expect(await models.use('a', (model) => Object.isFrozen(model))).toBe(false)
      expect([...models.entries()][0]).toMatchObject({ key: 'a', ttlLeft: Number.POSITIVE_INFINITY })
    } finally {
      setCacheDefaults({})
    }
  })

  it.each([
    [{ name: '' }, "name must be a string of at least one character, got ''."],
    [{ maxEntries: 0 }, 'maxEntries must be a whole number from 1 to 16777216, got 0.'],
    [{ ttl: -1 }, "ttl must be a positive number of milliseconds or a string like '30s', '5m' or '1h', got -1."],
    [
      { maxBytes: 1e9 },
      'sizeOf must be given with `maxBytes`, because what a value takes outside of JavaScript cannot be seen, got undefined.',
    ],
    [{ grace: '1m' }, /^an option of ModelCache must be one of name, load, dispose, .*, got 'grace'\.$/],
    [{ load: undefined }, 'load must be a function, got undefined.'],
  ])('says in one sentence what is wrong with %o', (options, sentence) => {
    const wrong = { name: unique(), load: () => ({}), ...options }
    expect(() => Reflect.construct(ModelCache, [wrong])).toThrow(expect.objectContaining({ name: 'OptionError' }))
    expect(() => Reflect.construct(ModelCache, [wrong])).toThrow(sentence)
  })
})
