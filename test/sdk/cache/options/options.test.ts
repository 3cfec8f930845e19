import { afterEach, describe, expect, it } from 'vitest'
import { hybrid } from '../../../../sdk/src/cache/backends/hybrid.ts'
import { memory } from '../../../../sdk/src/cache/backends/memory.ts'
import { redis } from '../../../../sdk/src/cache/backends/redis.ts'
import { cached } from '../../../../sdk/src/cache/cached.ts'
import { createCache } from '../../../../sdk/src/cache/create-cache.ts'
import { setCacheDefaults } from '../../../../sdk/src/cache/options/options.ts'
import { ManualClock } from '../../../support/clock.ts'

/** Options as a program in JavaScript may write them. */
function written(json: string): object {
  return JSON.parse(json)
}

const name = 'options-test'

describe('the options of a cache', () => {
  it.each([
    ['{"tll":"5m"}', "an option of cached must be ttl, or another that it has, got 'tll'."],
    ['{"backend":"rediss"}', /^backend must be .*'memory'.*'redis'.* or a value that you import, got 'rediss'\.$/],
    ['{"backend":5}', "backend must be a backend such as 'memory' or redis({ url }), got 5."],
    ['{"eviction":"mru"}', /^eviction must be .*'fifo', .*'lru'.* or a value that you import, got 'mru'\.$/],
    ['{"eviction":{}}', "eviction must be a policy such as 'lru' or lru(), got an object."],
    ['{"eviction":"../options"}', /^eviction must be /],
    ['{"key":"id"}', "key must be a function, got 'id'."],
    ['{"scope":"tenant"}', "scope must be a function, got 'tenant'."],
    ['{"ttl":"5 minutes"}', "ttl must be a positive number of milliseconds or a string like '30s', '5m' or '1h', got '5 minutes'."],
    ['{"ttl":-5}', "ttl must be a positive number of milliseconds or a string like '30s', '5m' or '1h', got -5."],
    ['{"grace":true}', /^grace must be a positive number of milliseconds/],
    ['{"timeout":-1}', /^timeout must be a positive number of milliseconds/],
    ['{"eagerRefresh":80}', 'eagerRefresh must be a number from 0 to 1, got 80.'],
    ['{"jitter":"10%"}', "jitter must be a number from 0 to 1, got '10%'."],
    ['{"tags":"city"}', "tags must be a list of at most 100 strings of at least one character, got 'city'."],
    ['{"tags":[""]}', 'tags must be a list of at most 100 strings of at least one character, got an object.'],
    ['{"maxEntries":0}', 'maxEntries must be a whole number from 1 to 16777216, got 0.'],
    ['{"maxBytes":"64MB"}', "maxBytes must be a number of bytes above 0, got '64MB'."],
    ['{"lock":"global"}', "lock must be 'local' or 'distributed', got 'global'."],
    ['{"lock":"distributed"}', "lock must be 'local' where the backend is in this process alone, got 'distributed'."],
    ['{"onMutate":"copy"}', "onMutate must be 'share' or 'freeze' or 'clone', got 'copy'."],
    ['{"validate":{}}', 'validate must be a schema that follows Standard Schema, as those of Zod and Valibot, got an object.'],
    ['{"serializer":"msgpack"}', "serializer must be an object with `name`, `serialize` and `deserialize`, got 'msgpack'."],
    ['{"compress":"zstd"}', "compress must be true, false, or a number of bytes, got 'zstd'."],
    ['{"version":2}', 'version must be a string, got 2.'],
    ['{"namespace":""}', "namespace must be a string of at least one character, got ''."],
    ['{"background":1}', 'background must be a function, got 1.'],
    ['{"l2":{"timout":5}}', "an option of l2 must be timeout, or another that it has, got 'timout'."],
    ['{"l2":{"timeout":"2m"}}', "l2.timeout must be a duration of at most a minute, got '2m'."],
    ['{"l2":{"breaker":{"failures":0}}}', 'l2.breaker.failures must be a whole number of 1 or more, got 0.'],
  ])('%s are refused in one sentence', (options, sentence) => {
    expect(() => cached(() => 1, { name, ...written(options) })).toThrow(
      expect.objectContaining({ name: 'OptionError', message: typeof sentence === 'string' ? sentence : expect.stringMatching(sentence) }),
    )
  })

  it('are refused for a cache by hand too, where there is no function whose key could be made', () => {
    expect(() => createCache({ name, ...written('{"key":"id"}') })).toThrow(/^an option of createCache must be one of .*, got 'key'\.$/)
  })

  it('are refused for one call too, also those that a single call cannot have', async () => {
    const cache = createCache({ name })
    expect(() => cache.set('a', 1, written('{"ttl":"soon"}'))).toThrow("got 'soon'")
    expect(() => cache.set('a', 1, written('{"maxEntries":5}'))).toThrow('an option of set must be one of ttl, grace, ')
    expect(() => cache.getOrSet({ key: 'a', load: () => 1, ...written('{"tll":5}') })).toThrow("got 'tll'")
    expect(() => cache.getOrSet({ key: 'a', load: 5, ...written('{}') } as never)).toThrow('load must be a function, got 5.')
    expect(() => cache.get(5 as never)).toThrow('the key must be a string, got 5.')
    expect(() => cache.invalidateTag('')).toThrow("the tag must be a string of at least one character, got ''.")
  })

  it('are refused for the backends in the same way', () => {
    expect(() => memory({ ...written('{"max":5}') })).toThrow(
      "an option of memory must be one of maxEntries, maxBytes, eviction, got 'max'.",
    )
    expect(() => Reflect.apply(hybrid, undefined, [{ front: redis(), back: redis() }])).toThrow('front must be a backend in this process')
    expect(() => Reflect.apply(hybrid, undefined, [{ front: memory() }])).toThrow(
      'back must be a shared backend, such as redis({ url }), got undefined.',
    )
  })

  it('may be left undefined', () => {
    const unset: { ttl?: number } = {}
    expect(cached((value: number) => value, { name, ...unset })(1)).toBe(1)
  })

  it('name policies and backends of this package without an import', () => {
    const ask = cached((key: string) => key, { name, eviction: 'fifo', backend: 'memory', maxEntries: 2 })
    for (const key of ['a', 'b', 'a', 'c']) ask(key)
    expect([ask.peek('a'), ask.peek('b'), ask.peek('c')]).toEqual([undefined, 'b', 'c'])
  })
})

describe('the defaults of a process', () => {
  afterEach(() => setCacheDefaults({}))

  it('hold where the cache says nothing, and a call says what is nearest of all', () => {
    const clock = new ManualClock()
    setCacheDefaults({ ttl: 100, maxEntries: 2, clock })
    const cache = createCache<number>({ name, maxEntries: 3 })
    const own = createCache<number>({ name, ttl: 200 })
    for (const key of ['a', 'b', 'c']) cache.set(key, 1)
    own.set('a', 1)
    own.set('b', 1, { ttl: 300 })
    expect(cache.stats().entries).toBe(3)
    clock.advance(100)
    expect([cache.get('a'), own.get('a')]).toEqual([undefined, 1])
    clock.advance(100)
    expect([own.get('a'), own.get('b')]).toEqual([undefined, 1])
  })

  it('do not ask for a distributed lock where nothing is shared', () => {
    setCacheDefaults({ lock: 'distributed', backend: redis() })
    expect(() => createCache({ name, backend: 'memory' })).not.toThrow()
    expect(() => createCache({ name, backend: memory() })).not.toThrow()
  })

  it('are refused when they cannot be what they are, and the old ones stay', () => {
    const clock = new ManualClock()
    setCacheDefaults({ ttl: 100, clock })
    expect(() => setCacheDefaults({ ttl: -1 })).toThrow('ttl must be')
    const cache = createCache<number>({ name })
    cache.set('a', 1)
    clock.advance(100)
    expect(cache.get('a')).toBeUndefined()
  })
})
