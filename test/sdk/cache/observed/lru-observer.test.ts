import { createRequire } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { LRUCache } from 'lru-cache'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCache } from '../../../../sdk/src/cache/create-cache.ts'
import { LOOKS_PER_SECOND } from '../../../../sdk/src/cache/observed/caller-lookup.ts'
import { LruObserver } from '../../../../sdk/src/cache/observed/lru-observer.ts'
import { observe } from '../../../../sdk/src/cache/observed/observe.ts'
import { cache as contract, reuse, subjects } from '../../../../sdk/src/contract/index.ts'
import { ManualClock } from '../../../support/clock.ts'
import { collected, total } from '../../../support/collected.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

let clock: ManualClock
let stop = () => {}
let place = 0
beforeEach(() => {
  clock = new ManualClock()
  place = 0
  stop = observe(new LruObserver(clock, () => ({ file: 'src/flights.ts', line: 12 + place })))
})
afterEach(() => stop())

const name = 'src/flights.ts:12'
const requests = (result: string, of: string = name) =>
  total(contract.requests, { 'pitwall.cache.name': of, 'pitwall.cache.result': result }) ?? 0
const evictions = (reason: string) =>
  total(contract.evictions, { 'pitwall.cache.name': name, 'pitwall.cache.eviction.reason': reason }) ?? 0
const loads = (of: string = name) => {
  const points = collected(contract.loadDuration, { 'pitwall.cache.name': of })
  const states = points.flatMap(({ value }) => (typeof value === 'number' ? [] : [value]))
  return { count: states.reduce((sum, { count }) => sum + count, 0), seconds: states.reduce((sum, state) => sum + state.sum, 0) }
}
/** Names of all caches that are counted, but for the SDK's own, which stay for the life of the process. */
const names = () =>
  [...new Set(collected(contract.requests, {}).map(({ attributes }) => attributes['pitwall.cache.name']))].filter(
    (found) => found !== 'ours',
  )
const gauge = (metric: (typeof contract)['entryCount' | 'entryLimit' | 'ttl'], of: string = name) =>
  collected(metric, { 'pitwall.cache.name': of, 'pitwall.cache.backend': 'memory' })[0]?.value

/** An lru-cache whose time is that of the test. */
const lru = (options: Partial<LRUCache.Options<string, string | number | object, unknown>> = {}) =>
  new LRUCache<string, string | number | object>({ max: 2, perf: clock, ttlResolution: 0, ...options })

describe('requests to an lru-cache', () => {
  it('are hits and misses, at the memory tier, and their keys are followed', () => {
    const cache = lru()
    cache.get('a')
    cache.set('a', 1)
    cache.get('a')
    cache.get('a')
    expect([requests('miss'), requests('hit')]).toEqual([1, 2])
    expect(total(contract.requests, { 'pitwall.cache.backend': 'memory', 'pitwall.cache.tier': 'memory' })).toBe(3)
    const [followed] = collected(reuse.distance, { 'pitwall.subject': name, 'pitwall.subject.kind': 'cache' })
    expect(followed?.value).toMatchObject({ count: 3 })
    expect(total(reuse.age, { 'pitwall.subject': name })).toBe(3)
  })

  it('are not made by has, peek, keys, info or dump', () => {
    const cache = lru()
    cache.set('a', 1)
    cache.get('a')
    cache.has('a')
    cache.has('b')
    cache.peek('a')
    cache.peek('b')
    cache.info('a')
    cache.dump()
    expect([...cache.keys()]).toEqual(['a'])
    expect([requests('hit'), requests('miss')]).toEqual([1, 0])
  })

  it('for what has expired are misses, and stale where the expired value is given out', () => {
    const strict = lru({ ttl: 100 })
    const lenient = lru({ ttl: 100, allowStale: true })
    for (const cache of [strict, lenient]) cache.set('a', 1)
    clock.advance(101)
    for (const cache of [strict, lenient]) cache.get('a')
    expect([requests('miss'), requests('stale'), evictions('expired')]).toEqual([1, 1, 2])
  })

  it('end as they ended, also where one options object serves many of them', () => {
    const cache = lru({ ttl: 100 })
    const options = { allowStale: true }
    cache.set('a', 1)
    clock.advance(101)
    cache.get('a', options)
    cache.get('a', options)
    cache.get('b', options)
    expect([requests('stale'), requests('miss')]).toEqual([1, 2])
  })

  it('tell keys apart as a Map does', () => {
    const cache = new LRUCache<string | number | bigint | boolean | symbol | object, number>({ max: 10 })
    const [one, other] = [{ id: 1 }, { id: 1 }]
    for (const key of [1, '1', 1n, true, one, other, Symbol('s')]) cache.get(key)
    cache.get(1)
    cache.get(one)
    const [followed] = collected(reuse.distance, { 'pitwall.subject': name })
    // Two of nine requests came for a key that was there: its bucket without bound has the rest.
    expect(followed?.value).toMatchObject({ count: 9 })
    const state = followed?.value
    const rest = typeof state === 'object' ? state.counts[state.counts.length - 1] : undefined
    expect(rest).toBe(7)
  })

  it('by memo are hits and misses, and none of its loads is timed, because nothing tells when they begin', () => {
    const cache = lru({ memoMethod: (key) => key.length })
    cache.memo('a')
    cache.memo('a')
    cache.memo('a', { forceRefresh: true })
    expect([requests('miss'), requests('hit'), requests('bypass')]).toEqual([1, 1, 1])
    expect(loads().count).toBe(0)
    expect(evictions('size')).toBe(0)
    for (const key of ['b', 'c', 'd']) cache.memo(key)
    expect(evictions('size')).toBe(2)
  })
})

describe('loads of an lru-cache', () => {
  it('last from a miss until the key is set', () => {
    const cache = lru()
    cache.get('a')
    cache.get('b')
    clock.advance(50)
    cache.set('a', 1)
    clock.advance(20)
    cache.set('b', 1)
    expect(loads()).toEqual({ count: 2, seconds: expect.closeTo(0.12) })
  })

  it('are none where a key is set that was not asked for, or that is set again', () => {
    const cache = lru()
    cache.set('a', 1)
    cache.get('a')
    clock.advance(50)
    cache.set('a', 2)
    cache.set('b', 2)
    expect(loads().count).toBe(0)
  })

  it('are not timed where a promise is kept, and its error stays the business of the agent', async () => {
    const cache = lru()
    cache.get('a')
    const failing = Promise.reject(new Error('no flights'))
    cache.set('a', failing)
    await expect(failing).rejects.toThrow('no flights')
    expect(loads().count).toBe(0)
  })

  it('by fetch last until its method answers; who joins one is coalesced', async () => {
    const cache = lru({
      fetchMethod: async (key: string) => {
        await Promise.resolve()
        clock.advance(30)
        return `loaded ${key}`
      },
    })
    expect(await Promise.all([cache.fetch('a'), cache.fetch('a')])).toEqual(['loaded a', 'loaded a'])
    expect(await cache.forceFetch('a')).toBe('loaded a')
    expect([requests('miss'), requests('coalesced'), requests('hit')]).toEqual([1, 1, 1])
    expect(loads()).toEqual({ count: 1, seconds: expect.closeTo(0.03) })
  })

  it('by fetch that fail are failures of their kind, and reach the agent untouched', async () => {
    const cache = lru({
      fetchMethod: () => {
        clock.advance(30)
        throw new RangeError('too far')
      },
    })
    await expect(cache.fetch('a')).rejects.toThrow('too far')
    await expect(cache.fetch('a')).rejects.toThrow('too far')
    expect(total(contract.loadDuration, { 'pitwall.cache.name': name, 'error.type': 'RangeError' })).toBe(2)
    expect([requests('miss'), evictions('invalidated'), evictions('size'), gauge(contract.entryCount)]).toEqual([2, 0, 0, 0])
  })

  it('by fetch that fail are failures also where an expired value is given out for them', async () => {
    let failing = false
    const cache = lru({
      ttl: 100,
      allowStaleOnFetchRejection: true,
      fetchMethod: async (key: string) => {
        if (failing) throw new RangeError('too far')
        return key
      },
    })
    await cache.fetch('a')
    failing = true
    clock.advance(101)
    expect(await cache.fetch('a')).toBe('a')
    expect(total(contract.loadDuration, { 'pitwall.cache.name': name, 'error.type': 'RangeError' })).toBe(1)
    expect(loads().count).toBe(2)
  })

  it('by fetch are not taken for failures because one before them failed that was given the same options object', async () => {
    const answers = [Promise.reject(new RangeError('too far')), Promise.resolve('flights')]
    const cache = lru({ fetchMethod: () => answers.shift() })
    const options = {}
    await expect(cache.fetch('a', options)).rejects.toThrow('too far')
    expect(await cache.fetch('a', options)).toBe('flights')
    expect(total(contract.loadDuration, { 'pitwall.cache.name': name, 'error.type': 'RangeError' })).toBe(1)
    expect(loads().count).toBe(2)
  })

  it('that are asked for in spite of an entry go past it, and no size would have served them', async () => {
    const cache = lru({ fetchMethod: async (key: string) => key })
    await cache.fetch('a')
    await cache.fetch('a', { forceRefresh: true })
    expect([requests('miss'), requests('bypass'), loads().count]).toEqual([1, 1, 2])
    expect(total(reuse.distance, { 'pitwall.subject': name })).toBe(1)
  })

  it('of what has expired are compared with it, by get and set and by fetch', async () => {
    const values = ['one', 'one', 'two']
    const fetching = lru({ ttl: 100, fetchMethod: async () => ({ value: values.shift() }) })
    const byHand = lru({ ttl: 100 })
    const hand = ['one', 'one', 'two']
    for (let round = 0; round < 3; round++) {
      await fetching.fetch('a')
      if (byHand.get('b') === undefined) byHand.set('b', { value: hand.shift() })
      clock.advance(101)
    }
    expect(total(reuse.checks, { 'pitwall.subject': name, 'pitwall.reuse.same': 'true' })).toBe(2)
    expect(total(reuse.checks, { 'pitwall.subject': name, 'pitwall.reuse.same': 'false' })).toBe(2)
    expect(evictions('expired')).toBe(4)
  })

  it('are not compared where an entry left for another reason', () => {
    const cache = lru()
    for (const key of ['a', 'b', 'c', 'a', 'b', 'c']) {
      if (cache.get(key) === undefined) cache.set(key, { key })
    }
    expect(collected(reuse.checks, { 'pitwall.subject': name })).toEqual([])
    expect(loads().count).toBe(6)
  })
})

describe('entries of an lru-cache', () => {
  it('that leave for room, by expiry and by being deleted are told apart', () => {
    const cache = lru({ max: 3, ttl: 100 })
    for (const key of ['a', 'b', 'c', 'd', 'e']) cache.set(key, 1)
    cache.delete('a')
    cache.delete('c')
    clock.advance(101)
    cache.get('d')
    expect([evictions('size'), evictions('invalidated'), evictions('expired')]).toEqual([2, 1, 1])
    expect(gauge(contract.entryCount)).toBe(1)
  })

  it('that are cleared, too large or purged did not leave for room', () => {
    const cache = lru({ max: 3, maxSize: 10, sizeCalculation: (value) => Number(value), ttl: 100 })
    cache.set('a', 1)
    cache.set('b', 1)
    cache.clear()
    cache.set('c', 1)
    cache.set('c', 11)
    cache.set('d', 1)
    clock.advance(101)
    cache.purgeStale()
    expect([evictions('size'), evictions('invalidated'), evictions('expired')]).toEqual([0, 3, 1])
  })

  it('that leave while a fetch needs room are counted', async () => {
    const cache = lru({ fetchMethod: async (key: string) => key })
    for (const key of ['a', 'b', 'c', 'd']) await cache.fetch(key)
    expect(evictions('size')).toBe(2)
  })

  it('have the limits of their cache, and of several from one place together', () => {
    const one = lru({ max: 100, ttl: 5_000 })
    const other = lru({ max: 50 })
    one.get('a')
    other.set('a', 1)
    expect([gauge(contract.entryLimit), gauge(contract.entryCount), gauge(contract.ttl)]).toEqual([150, 1, 5])
  })

  it('have the longest time to live that they are set with where their cache names none', () => {
    const cache = lru()
    cache.set('a', 1, { ttl: 60_000 })
    cache.set('b', 1, { ttl: 1_000 })
    expect(gauge(contract.ttl)).toBe(60)
  })

  it('have no limit where their cache has none: a series with 0 would say that nothing fits', () => {
    const cache = lru({ max: 0, maxSize: 1_000, sizeCalculation: () => 1 })
    cache.set('a', 1)
    expect([gauge(contract.entryLimit), gauge(contract.ttl), gauge(contract.entryCount)]).toEqual([undefined, undefined, 1])
  })
})

describe('the name of an lru-cache', () => {
  it('is the place where it was first seen, which is told with it', () => {
    lru().get('a')
    expect(collected(subjects.info, { 'pitwall.subject': name })[0]?.attributes).toEqual({
      'pitwall.subject': name,
      'pitwall.subject.kind': 'cache',
      'code.file.path': 'src/flights.ts',
      'code.line.number': 12,
    })
  })

  it('is that of its load function or its class, where they have one of their own', async () => {
    async function loadPolicy(key: string): Promise<string> {
      return key
    }
    class RateCache extends LRUCache<string, number> {}
    await lru({ fetchMethod: loadPolicy.bind(undefined) }).fetch('a')
    new RateCache({ max: 1 }).get('a')
    await lru({ fetchMethod: async (key: string) => key }).fetch('a')
    expect(names().toSorted()).toEqual(['RateCache', 'loadPolicy', name])
  })

  it('stays that of the first place, wherever it is used later', () => {
    const cache = lru()
    cache.set('a', 1)
    place = 1
    cache.get('a')
    expect(names()).toEqual([name])
  })

  it('without a place is the library’s', () => {
    stop()
    stop = observe(new LruObserver(clock, () => undefined))
    lru().get('a')
    expect(names()).toEqual(['lru-cache'])
  })

  it('of a package leaves out where the package lies', () => {
    stop()
    stop = observe(new LruObserver(clock, () => ({ file: 'node_modules/.pnpm/keyv@5/node_modules/keyv/dist/index.js', line: 9 })))
    lru().get('a')
    expect(names()).toEqual(['keyv/dist/index.js:9'])
  })

  it('keeps its line where the path is too long', () => {
    stop()
    stop = observe(new LruObserver(clock, () => ({ file: `${'folder/'.repeat(30)}flights.ts`, line: 12 })))
    lru().get('a')
    expect(names()).toEqual([expect.stringMatching(/^.{115}flights\.ts:12$/)])
  })

  it('is `other` beyond the bound, and those keys are not followed', () => {
    for (place = 0; place < 60; place++) lru().get('a')
    expect(names()).toHaveLength(51)
    expect(requests('miss', 'other')).toBe(10)
    expect(collected(reuse.distance, { 'pitwall.subject': 'other' })).toEqual([])
    expect(collected(subjects.info, { 'pitwall.subject': 'other' })).toEqual([])
  })

  it('is looked for so often a second and no more: the rest is met later', () => {
    let looks = 0
    stop()
    stop = observe(new LruObserver(clock, () => ({ file: 'src/request.ts', line: ++looks && 1 })))
    const caches = Array.from({ length: 2_000 }, () => lru({ max: 1 }))
    for (const cache of caches) cache.get('a')
    expect(looks).toBe(LOOKS_PER_SECOND)
    clock.advance(1_000)
    for (const cache of caches) cache.get('a')
    expect(looks).toBe(2 * LOOKS_PER_SECOND)
    expect(requests('miss', 'src/request.ts:1')).toBe((1 + 2) * LOOKS_PER_SECOND)
  })
})

describe('an observer of lru-cache', () => {
  it('does not take the SDK’s own caches for the agent’s', () => {
    const own = createCache<number>({ name: 'ours' })
    own.set('a', 1)
    own.get('a')
    expect(names()).toEqual([])
    expect(requests('hit', 'ours')).toBe(1)
  })

  it('sees the CommonJS copy as well', () => {
    const commonJs: typeof import('lru-cache') = createRequire(import.meta.url)('lru-cache')
    expect(commonJs.LRUCache).not.toBe(LRUCache)
    new commonJs.LRUCache<string, number>({ max: 1 }).get('a')
    expect(requests('miss')).toBe(1)
  })

  it('does not keep a cache alive, and what it counted stays', () => {
    let reference: WeakRef<object> | undefined
    const use = () => {
      const cache = lru()
      cache.get('a')
      cache.set('a', 1)
      reference = new WeakRef(cache)
    }
    use()
    // A WeakRef that was made or read keeps its target for the rest of the turn.
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      collectGarbage()
      expect(reference?.deref()).toBeUndefined()
      expect([requests('miss'), loads().count]).toEqual([1, 1])
      expect(collected(contract.entryCount, { 'pitwall.cache.name': name })).toEqual([])
    })
  })

  it('lets callbacks of the agent throw, and counts on', () => {
    const cache = lru({
      dispose: () => {
        throw new Error('dispose')
      },
    })
    for (const key of ['a', 'b']) cache.set(key, 1)
    expect(() => cache.set('c', 1)).toThrow('dispose')
    cache.get('b')
    expect(requests('hit')).toBe(1)
  })

  it('is not disturbed by a class whose properties throw', () => {
    class Broken extends LRUCache<string, number> {
      override get size(): number {
        throw new Error('no size')
      }
    }
    const cache = new Broken({ max: 1 })
    expect(cache.get('a')).toBeUndefined()
    expect(names()).toEqual([])
  })

  it.each([undefined, null, 'text', {}, { op: 'get' }, { op: 'get', cache: 1 }, { op: 'get', cache: {} }])(
    'is not disturbed by %j on its channels',
    (message) => {
      const { listeners } = new LruObserver(clock)
      for (const listener of Object.values(listeners)) expect(() => listener(message)).not.toThrow()
    },
  )

  it('hears and exports nothing more once it has ended', () => {
    const cache = lru()
    cache.get('a')
    stop()
    cache.get('a')
    expect(names()).toEqual([])
    stop = observe(new LruObserver(clock, () => ({ file: 'src/flights.ts', line: 12 })))
    cache.get('a')
    expect(requests('miss')).toBe(1)
  })
})
