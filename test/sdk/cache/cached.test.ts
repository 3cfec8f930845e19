import { context, diag, DiagLogLevel, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest'
import { hybrid } from '../../../sdk/src/cache/backends/hybrid.ts'
import { memory } from '../../../sdk/src/cache/backends/memory.ts'
import { redis } from '../../../sdk/src/cache/backends/redis.ts'
import { cached } from '../../../sdk/src/cache/cached.ts'
import { getCache } from '../../../sdk/src/cache/create-cache.ts'
import { fifo } from '../../../sdk/src/cache/eviction/fifo.ts'
import { cache as contract, reuse, subjects } from '../../../sdk/src/contract/index.ts'
import { isCached } from '../../../sdk/src/sampling/cached-mark.ts'
import { ManualClock } from '../../support/clock.ts'
import { collected, total } from '../../support/collected.ts'

let serial = 0
const unique = (): string => `cached-test-${++serial}`

/** A loader that is let go by hand. */
function controlled<V>() {
  const waiting: PromiseWithResolvers<V>[] = []
  const load = (_key: string): Promise<V> => {
    const next = Promise.withResolvers<V>()
    waiting.push(next)
    return next.promise
  }
  return { load, waiting }
}

describe('cached, as the function it wraps', () => {
  it('calls a function once and answers from then on', async () => {
    let calls = 0
    const double = cached(async (value: number) => (calls++, value * 2), { name: unique() })
    expect([await double(2), await double(2), await double(3)]).toEqual([4, 4, 6])
    expect(calls).toBe(2)
  })

  it('keeps name, length, types and `this`', () => {
    class Agent {
      readonly factor = 3
      times = cached(
        function times(this: Agent, value: number): number {
          return this.factor * value
        },
        { name: unique() },
      )
    }
    const agent = new Agent()
    expect(agent.times(2)).toBe(6)
    expect(agent.times.name).toBe('times')
    expect(agent.times.length).toBe(1)
    expectTypeOf(agent.times).toBeCallableWith(2)
    expectTypeOf(agent.times.peek(2)).toEqualTypeOf<number | undefined>()
  })

  it('keeps a synchronous function synchronous in memory, and makes it asynchronous behind a shared tier', () => {
    const local = cached((text: string) => text.length, { name: unique(), backend: memory() })
    const shared = cached((text: string) => text.length, { name: unique(), backend: hybrid({ front: memory(), back: redis() }) })
    expect(local('abc')).toBe(3)
    expectTypeOf(local('abc')).toEqualTypeOf<number>()
    expectTypeOf(shared).returns.toEqualTypeOf<Promise<number>>()
    expectTypeOf(shared.peek('abc')).toEqualTypeOf<Promise<number | undefined>>()
  })

  it('gives hits of an asynchronous function as promises, of the very value that was loaded', async () => {
    const value = { answer: 42 }
    const ask = cached(async () => value, { name: unique() })
    expect(await ask()).toBe(value)
    expect(ask()).toBeInstanceOf(Promise)
    expect(await ask()).toBe(value)
  })

  it('takes any thenable for a promise', async () => {
    // A promise of a class of its own, as libraries have them.
    class Deferred<V> extends Promise<V> {}
    const ask = cached((key: string) => Deferred.resolve(key), { name: unique() })
    expect([await ask('a'), await ask('a')]).toEqual(['a', 'a'])
    expect(ask.peek('a')).toBe('a')
  })

  it('is told apart from other functions', () => {
    const fn = (): number => 1
    expect([isCached(cached(fn, { name: unique() })), isCached(fn)]).toEqual([true, false])
  })

  it('goes by the name of its function', () => {
    cached(function findHotels() {
      return 1
    })
    expect(getCache('findHotels')?.name).toBe('findHotels')
  })
})

describe('cached, values and errors', () => {
  it('caches null, false, 0 and the empty string, and calls again after undefined', () => {
    for (const [value, expected] of [
      [null, 1],
      [false, 1],
      [0, 1],
      ['', 1],
      [undefined, 2],
    ] as const) {
      let calls = 0
      const ask = cached(() => (calls++, value), { name: unique() })
      expect([ask(), ask()]).toEqual([value, value])
      expect(calls, String(value)).toBe(expected)
    }
  })

  it('caches null and does not cache undefined of an asynchronous function', async () => {
    let calls = 0
    const ask = cached(async (value: null | undefined) => (calls++, value), { name: unique() })
    expect([await ask(null), await ask(null), calls]).toEqual([null, null, 1])
    expect([await ask(undefined), await ask(undefined), calls]).toEqual([undefined, undefined, 3])
  })

  it('gives an error to everyone who waits, and does not keep it', async () => {
    const { load, waiting } = controlled<string>()
    const ask = cached(load, { name: unique() })
    const answers = Promise.allSettled(Array.from({ length: 100 }, () => ask('a')))
    waiting[0]?.reject(new RangeError('no'))
    for (const answer of await answers) expect(answer).toEqual({ status: 'rejected', reason: new RangeError('no') })
    expect(waiting.length).toBe(1)
    const again = ask('a')
    waiting[1]?.resolve('yes')
    expect(await again).toBe('yes')
    expect(ask.stats()).toMatchObject({ loads: 2, loadErrors: 1, coalesced: 99 })
  })

  it('throws what a synchronous function throws, each time', () => {
    let calls = 0
    const ask = cached(
      () => {
        calls++
        throw new RangeError('no')
      },
      { name: unique() },
    )
    expect(ask).toThrow(RangeError)
    expect(ask).toThrow(RangeError)
    expect(calls).toBe(2)
  })

  it('runs a recursive function with a cache at every step', () => {
    const fibonacci = cached((n: number): number => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2)), { name: unique() })
    expect(fibonacci(70)).toBe(190_392_490_709_135)
    expect(fibonacci.stats().loads).toBe(71)
  })
})

describe('cached, one load for all', () => {
  it('loads once for a thousand callers', async () => {
    const { load, waiting } = controlled<string>()
    const ask = cached(load, { name: unique() })
    const answers = Array.from({ length: 1_000 }, () => ask('a'))
    waiting[0]?.resolve('value')
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['value']))
    expect(waiting.length).toBe(1)
    expect(ask.stats()).toMatchObject({ misses: 1, coalesced: 999, hits: 0 })
  })

  it('hands a load that an invalidation meets to its waiters and does not store it', async () => {
    const { load, waiting } = controlled<string>()
    const ask = cached(load, { name: unique() })
    const before = ask('a')
    ask.invalidate('a')
    const after = ask('a')
    waiting[0]?.resolve('stale')
    expect(await before).toBe('stale')
    expect(ask.peek('a')).toBeUndefined()
    waiting[1]?.resolve('fresh')
    expect(await after).toBe('fresh')
    expect(await ask('a')).toBe('fresh')
    expect(waiting.length).toBe(2)
  })

  it('does not store what a synchronous loader invalidated itself', () => {
    let calls = 0
    const ask = cached((key: string): number => (ask.invalidate(key), ++calls), { name: unique() })
    expect([ask('a'), ask('a')]).toEqual([1, 2])
  })
})

describe('cached, options', () => {
  it('loads again when the time to live is over, and counts the expiration', () => {
    const clock = new ManualClock()
    let calls = 0
    const ask = cached(() => ++calls, { name: unique(), ttl: '5m', clock })
    ask()
    clock.advance(299_999)
    expect(ask()).toBe(1)
    clock.advance(1)
    expect(ask.peek()).toBeUndefined()
    expect(ask()).toBe(2)
    expect(ask.stats().evictions).toEqual({ size: 0, expired: 1, invalidated: 0 })
  })

  it('does not extend the time to live by use', () => {
    const clock = new ManualClock()
    let calls = 0
    const ask = cached(() => ++calls, { name: unique(), ttl: 10, clock })
    for (let ms = 0; ms < 25; ms++) {
      ask()
      clock.advance(1)
    }
    expect(calls).toBe(3)
  })

  it('holds 1000 entries unless told otherwise', () => {
    const ask = cached((key: number) => key, { name: unique() })
    for (let key = 0; key < 1_001; key++) ask(key)
    expect(ask.stats()).toMatchObject({ entries: 1_000, evictions: { size: 1 } })
  })

  it('takes the policy that it is given', () => {
    const ask = cached((key: string) => key, { name: unique(), maxEntries: 2, eviction: fifo() })
    for (const key of ['a', 'b', 'a', 'c']) ask(key)
    expect([ask.peek('a'), ask.peek('b'), ask.peek('c')]).toEqual([undefined, 'b', 'c'])
  })

  it('prefers what the backend says of itself', () => {
    const ask = cached((key: string) => key, { name: unique(), maxEntries: 100, backend: memory({ maxEntries: 1 }) })
    for (const key of ['a', 'b']) ask(key)
    expect(ask.stats().entries).toBe(1)
  })

  it('makes keys as it is told', () => {
    const ask = cached((query: { id: number; trace: string }) => query.id, { name: unique(), key: ({ id }) => String(id) })
    ask({ id: 1, trace: 'a' })
    ask({ id: 1, trace: 'b' })
    expect(ask.stats()).toMatchObject({ hits: 1, misses: 1 })
    expect(ask.cache.get('1')).toBe(1)
  })

  it.each([
    [{ ttl: -5 }, "ttl must be a positive number of milliseconds or a string like '30s', '5m' or '1h', got -5."],
    [{ maxEntries: 0 }, 'maxEntries must be a whole number from 1 to 16777216, got 0.'],
    [{ maxEntries: 2.5 }, 'maxEntries must be a whole number from 1 to 16777216, got 2.5.'],
    [{ backend: redis() }, 'name must be given with a shared backend when the function itself has none, got undefined.'],
    [{ name: '' }, "name must be a string of at least one character, got ''."],
  ])('says in one sentence what is wrong with %o', (options, sentence) => {
    expect(() => cached(() => 1, options)).toThrow(expect.objectContaining({ name: 'OptionError', message: sentence }))
  })
})

describe('cached, calls without a key', () => {
  afterEach(() => diag.disable())

  it('runs them uncached, counts them, and says so once', () => {
    const lines: string[] = []
    diag.setLogger({ error() {}, warn: (line) => void lines.push(line), info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN)
    const name = unique()
    const map = cached((fn: (value: number) => number) => fn(1), { name })
    expect([map((value) => value + 1), map((value) => value + 2)]).toEqual([2, 3])
    expect(map.stats()).toMatchObject({ bypassed: 2, hits: 0, loads: 2, entries: 0 })
    expect(map.peek((value) => value)).toBeUndefined()
    map.invalidate((value) => value)
    expect(lines.filter((line) => line.includes(name))).toHaveLength(1)
  })
})

describe('cached, what it exports', () => {
  it('counts every request once, by how it ended', async () => {
    const name = unique()
    const { load, waiting } = controlled<string>()
    const ask = cached(load, { name })
    const both = [ask('a'), ask('a')]
    waiting[0]?.resolve('value')
    await Promise.all(both)
    await ask('a')
    const point = { 'pitwall.cache.name': name, 'pitwall.cache.backend': 'memory', 'pitwall.cache.tier': 'memory' }
    for (const result of ['hit', 'miss', 'coalesced']) {
      expect(total(contract.requests, { ...point, 'pitwall.cache.result': result }), result).toBe(1)
    }
    expect(total(contract.requests, { 'pitwall.cache.name': name })).toBe(3)
    expect(total(contract.loadDuration, { 'pitwall.cache.name': name })).toBe(1)
    expect(total(reuse.distance, { 'pitwall.subject': name, 'pitwall.subject.kind': 'cache' })).toBe(3)
  })

  it('shows entries, their limit and the time to live, and where it was wrapped', () => {
    const name = unique()
    const ask = cached((key: string) => key, { name, ttl: '5m', maxEntries: 7 })
    ask('a')
    const point = { 'pitwall.cache.name': name, 'pitwall.cache.backend': 'memory' }
    expect(total(contract.entryCount, point)).toBe(1)
    expect(total(contract.entryLimit, point)).toBe(7)
    expect(total(contract.ttl, point)).toBe(300)
    expect(collected(subjects.info, { 'pitwall.subject': name })[0]?.attributes['code.file.path']).toContain('cached.test.ts')
  })

  it('tells whether a value that expired came back the same', () => {
    const clock = new ManualClock()
    const name = unique()
    let value = { n: 1 }
    const ask = cached(() => value, { name, ttl: 10, clock })
    for (const next of [{ n: 1 }, { n: 1 }, { n: 2 }]) {
      ask()
      clock.advance(10)
      value = next
    }
    ask()
    const point = { 'pitwall.subject': name }
    expect(total(reuse.checks, { ...point, 'pitwall.reuse.same': 'true' })).toBe(2)
    expect(total(reuse.checks, { ...point, 'pitwall.reuse.same': 'false' })).toBe(1)
  })

  it('counts errors of the loader by their class', async () => {
    const name = unique()
    const ask = cached(async () => Promise.reject(new RangeError('secret')), { name })
    await expect(ask()).rejects.toThrow(RangeError)
    expect(total(contract.loadDuration, { 'pitwall.cache.name': name, 'error.type': 'RangeError' })).toBe(1)
  })

  it('exports no key', async () => {
    const ask = cached(async (key: string) => key, { name: unique() })
    await ask('hunter2')
    const points = Object.values({ ...contract, ...reuse, ...subjects }).flatMap((metric) => collected(metric, {}))
    expect(points.length).toBeGreaterThan(0)
    expect(JSON.stringify(points)).not.toContain('hunter2')
  })
})

describe('cached, spans', () => {
  afterEach(() => {
    trace.disable()
    context.disable()
  })

  it('makes one for a load under a recording span, and none for a hit', async () => {
    const exporter = new InMemorySpanExporter()
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))
    const name = unique()
    const ask = cached(async (key: string) => key, { name })
    await trace.getTracer('agent').startActiveSpan('request', async (span) => {
      for (let call = 0; call < 5; call++) await ask('a')
      span.end()
    })
    expect(exporter.getFinishedSpans().map((span) => span.name)).toEqual([`load ${name}`, 'request'])
  })
})
