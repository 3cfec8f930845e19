import { describe, expect, it } from 'vitest'
import { cached } from '../../../../sdk/src/cache/cached.ts'
import { createCache } from '../../../../sdk/src/cache/create-cache.ts'
import { ManualClock } from '../../../support/clock.ts'
import { controlledLoad } from '../../../support/controlled-load.ts'

let serial = 0
const unique = (): string => `entries-test-${++serial}`

describe('entries', () => {
  it('tell when they were made and used, how often, and how long they live', async () => {
    const clock = new ManualClock()
    const { load, waiting } = controlledLoad<string>()
    const ask = cached(load, { name: unique(), ttl: 10_000, grace: 5_000, tags: ['city'], clock })
    const before = Date.now()
    const answer = ask('a')
    clock.advance(500)
    waiting[0]?.resolve('Oslo')
    await answer
    clock.advance(2_000)
    await ask('a')
    await ask('a')
    clock.advance(1_000)
    const [entry, ...others] = ask.entries()
    expect(others).toEqual([])
    expect(entry).toMatchObject({ key: 'a', state: 'fresh', tier: 'memory', accessCount: 2, ttlLeft: 7_000, loadTime: 500, tags: ['city'] })
    expect(entry?.size).toBeGreaterThan(4)
    // The test's clock has been moved; that of the wall has not.
    expect((entry?.createdAt ?? 0) + 3_000 - before).toBeLessThan(5_000)
    expect((entry?.lastAccessAt ?? 0) - (entry?.createdAt ?? 0)).toBe(2_000)
    clock.advance(7_000)
    expect([...ask.entries()]).toMatchObject([{ state: 'stale', ttlLeft: 0 }])
    clock.advance(5_000)
    expect([...ask.entries()]).toEqual([])
  })

  it('can be taken a few at a time, while the cache changes', () => {
    const cache = createCache<number>({ name: unique() })
    for (let key = 0; key < 100; key++) cache.set(String(key), key)
    const seen: string[] = []
    for (const { key } of cache.entries()) {
      seen.push(key)
      cache.delete(String(Number(key) + 1))
      if (seen.length === 10) break
    }
    expect(seen).toEqual(['0', '2', '4', '6', '8', '10', '12', '14', '16', '18'])
  })
})

describe('dump and load', () => {
  it('carry the entries of this process to another, with the time they have left', () => {
    const clock = new ManualClock()
    const cache = createCache<object>({ name: unique(), ttl: 10_000, clock })
    cache.set('a', { n: 1 }, { tags: ['city'] })
    cache.set('for ever', { n: 2 }, { ttl: Number.POSITIVE_INFINITY })
    clock.advance(4_000)
    const written = JSON.parse(JSON.stringify(cache.dump()))
    const later = new ManualClock(5_000_000)
    const restored = createCache<object>({ name: unique(), clock: later })
    restored.load(written)
    expect([restored.get('a'), restored.get('for ever')]).toEqual([{ n: 1 }, { n: 2 }])
    later.advance(6_000)
    expect([restored.get('a'), restored.get('for ever')]).toEqual([undefined, { n: 2 }])
  })

  it('leave out what is over by then', () => {
    const cache = createCache<number>({ name: unique() })
    cache.load([{ key: 'a', value: 1, freshUntil: Date.now() - 2, expiresAt: Date.now() - 1, loadTime: 0, tags: [], asynchronous: false }])
    expect(cache.get('a')).toBeUndefined()
  })

  it('keep promises of an asynchronous function promises', async () => {
    const [one, other] = [unique(), unique()].map((name) => cached(async (key: string) => `${key}!`, { name }))
    await one?.('a')
    other?.cache.load(one?.cache.dump() ?? [])
    const answer = other?.('a')
    expect(answer).toBeInstanceOf(Promise)
    expect(await answer).toBe('a!')
    expect(other?.stats()).toMatchObject({ hits: 1, misses: 0 })
  })

  it('refuse what no dump is, in one sentence', () => {
    const cache = createCache<number>({ name: unique() })
    expect(() => cache.load(JSON.parse('{"a":1}'))).toThrow('what is loaded must be a list that dump() gave, got an object.')
    expect(() => cache.load(JSON.parse('[{"key":5}]'))).toThrow('what is loaded must be a list that dump() gave, got an object.')
  })
})
