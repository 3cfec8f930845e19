import { describe, expect, it } from 'vitest'
import { cached } from '../../../../sdk/src/cache/cached.ts'
import { createCache } from '../../../../sdk/src/cache/create-cache.ts'
import type { LoadContext } from '../../../../sdk/src/cache/loading/load-context.ts'
import { loadContext } from '../../../../sdk/src/cache/loading/single-flight.ts'
import { ManualClock } from '../../../support/clock.ts'

let serial = 0
const unique = (): string => `load-context-test-${++serial}`

describe('the context of a load', () => {
  it('gives this value a time to live and tags of its own', async () => {
    const clock = new ManualClock()
    const cache = createCache<string>({ name: unique(), ttl: 1_000, clock })
    const load = (context: LoadContext): string => {
      context.setOptions({ ttl: 10, tags: ['city'] })
      return 'value'
    }
    cache.getOrSet({ key: 'a', load })
    cache.getOrSet({ key: 'b', load: () => 'value' })
    cache.getOrSet({ key: 'c', load })
    cache.invalidateTag('city')
    expect([cache.peek('a'), cache.peek('b')]).toEqual([undefined, 'value'])
    cache.getOrSet({ key: 'a', load })
    clock.advance(10)
    expect([cache.peek('a'), cache.peek('b')]).toEqual([undefined, 'value'])
  })

  it('refuses options that cannot be what they are, to the loader', () => {
    const cache = createCache<string>({ name: unique() })
    expect(() => cache.getOrSet({ key: 'a', load: (context) => (context.setOptions({ ttl: -1 }), 'value') })).toThrow('ttl must be')
  })

  it('keeps a value out of the cache', () => {
    const cache = createCache<number>({ name: unique() })
    let calls = 0
    const load = (context: LoadContext): number => (context.skip(), ++calls)
    expect([cache.getOrSet({ key: 'a', load }), cache.getOrSet({ key: 'a', load })]).toEqual([1, 2])
    expect(cache.stats().entries).toBe(0)
  })

  it('takes the word of the source that the stale value is current', async () => {
    const clock = new ManualClock()
    const cache = createCache<string>({ name: unique(), ttl: 100, grace: 1_000, clock })
    const seen: unknown[] = []
    const load = async (context: LoadContext): Promise<string> => {
      seen.push(context.staleValue)
      return context.staleValue === undefined ? 'value' : String(context.notModified())
    }
    await cache.getOrSet({ key: 'a', load })
    clock.advance(100)
    expect(await cache.getOrSet({ key: 'a', load })).toBe('value')
    clock.advance(99)
    expect(await cache.getOrSet({ key: 'a', load })).toBe('value')
    expect(seen).toEqual([undefined, 'value'])
  })

  it('does not take that word where there is no stale value', () => {
    const cache = createCache<unknown>({ name: unique() })
    expect(() => cache.getOrSet({ key: 'a', load: (context) => context.notModified() })).toThrow(
      'notModified() was called without a stale value',
    )
  })

  it('is there inside a cached function, through every await, and nowhere else', async () => {
    const ask = cached(
      async (key: string) => {
        await Promise.resolve()
        loadContext()?.setOptions({ tags: [key] })
        return key
      },
      { name: unique() },
    )
    await ask('a')
    expect(loadContext()).toBeUndefined()
    ask.invalidateTag('a')
    expect(ask.peek('a')).toBeUndefined()
  })

  it('tells the loader that nobody waits any more when the hard timeout is over, and not before', async () => {
    const clock = new ManualClock()
    const cache = createCache<string>({ name: unique(), hardTimeout: 50, clock })
    let signal: AbortSignal | undefined
    const answer = cache.getOrSet({ key: 'a', load: (context) => ((signal = context.signal), new Promise<string>(() => {})) })
    clock.advance(49)
    expect(signal?.aborted).toBe(false)
    clock.advance(1)
    await expect(answer).rejects.toThrow('hard timeout of 50 ms')
    expect(signal?.reason).toMatchObject({ name: 'LoadTimeoutError' })
  })
})

describe('getOrSet', () => {
  it('takes the options of the call before those of the cache', () => {
    const clock = new ManualClock()
    const cache = createCache<number>({ name: unique(), ttl: 1_000, clock })
    cache.getOrSet({ key: 'a', load: () => 1, ttl: 10 })
    cache.getOrSet({ key: 'b', load: () => 1 })
    clock.advance(10)
    expect([cache.peek('a'), cache.peek('b')]).toEqual([undefined, 1])
  })

  it('loads whatever there is when it is told to', () => {
    const cache = createCache<number>({ name: unique() })
    let calls = 0
    const load = (): number => ++calls
    expect([
      cache.getOrSet({ key: 'a', load }),
      cache.getOrSet({ key: 'a', load, forceFresh: true }),
      cache.getOrSet({ key: 'a', load }),
    ]).toEqual([1, 2, 2])
  })
})
