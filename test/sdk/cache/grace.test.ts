import { describe, expect, it } from 'vitest'
import type { SharedBackend } from '../../../sdk/src/cache/backends/backend.ts'
import { cached } from '../../../sdk/src/cache/cached.ts'
import { createCache } from '../../../sdk/src/cache/create-cache.ts'
import { LoadTimeoutError } from '../../../sdk/src/errors.ts'
import { ManualClock } from '../../support/clock.ts'
import { controlledLoad, quiet } from '../../support/controlled-load.ts'
import { MapStorage } from '../../support/map-storage.ts'

let serial = 0
const unique = (): string => `grace-test-${++serial}`

/** A function whose value is stale by now, and what its next loads do. */
async function stale(options: object = {}) {
  const clock = new ManualClock()
  const { load, waiting } = controlledLoad<string>()
  const ask = cached(load, { name: unique(), ttl: 100, grace: 1_000, clock, ...options })
  const first = ask('a')
  waiting[0]?.resolve('old')
  await first
  clock.advance(100)
  return { clock, ask, waiting }
}

describe('grace', () => {
  it('gives the stale value to everyone who waits when the load fails, and counts it', async () => {
    const { ask, waiting } = await stale()
    const answers = Promise.all([ask('a'), ask('a'), ask('a')])
    waiting[1]?.reject(new Error('down'))
    expect(await answers).toEqual(['old', 'old', 'old'])
    expect(ask.stats()).toMatchObject({ stale: 3, misses: 1, hits: 0, coalesced: 0, loadErrors: 1 })
  })

  it('makes no other attempt until the pause is over', async () => {
    const { clock, ask, waiting } = await stale({ graceBackoff: 200 })
    const failed = ask('a')
    waiting[1]?.reject(new Error('down'))
    await failed
    clock.advance(199)
    expect(await ask('a')).toBe('old')
    expect(waiting).toHaveLength(2)
    clock.advance(1)
    const again = ask('a')
    waiting[2]?.resolve('new')
    expect(await again).toBe('new')
    expect(await ask('a')).toBe('new')
  })

  it('ends: beyond it the error reaches everyone', async () => {
    const { clock, ask, waiting } = await stale()
    clock.advance(1_000)
    const answers = Promise.allSettled([ask('a'), ask('a')])
    waiting[1]?.reject(new RangeError('down'))
    for (const answer of await answers) expect(answer).toMatchObject({ status: 'rejected', reason: new RangeError('down') })
    expect(ask.stats().evictions.expired).toBe(1)
  })

  it('ends also while a load goes on that began within it', async () => {
    const { clock, ask, waiting } = await stale()
    const answer = ask('a')
    clock.advance(1_000)
    waiting[1]?.reject(new RangeError('down'))
    await expect(answer).rejects.toThrow(RangeError)
  })

  it('does not give out what was invalidated', async () => {
    const { ask, waiting } = await stale()
    const before = ask('a')
    ask.invalidate('a')
    waiting[1]?.reject(new RangeError('down'))
    await expect(before).rejects.toThrow(RangeError)
    const after = ask('a')
    waiting[2]?.reject(new RangeError('down'))
    await expect(after).rejects.toThrow(RangeError)
  })

  it('is not seen by those who only look', async () => {
    const { ask } = await stale()
    expect([ask.peek('a'), ask.cache.get('a')]).toEqual([undefined, undefined])
  })

  it('is not seen by those who only look, in a shared storage either', async () => {
    const storage = new MapStorage(1_000)
    storage.values.set('a', { value: 'old', freshMs: -1, servedMs: 1_000, loadMs: 0, tags: [] })
    const backend: SharedBackend = { name: 'map', synchronous: false, open: () => ({ local: undefined, shared: storage }) }
    const cache = createCache<string>({ name: unique(), backend, grace: 1_000, timeout: 0 })
    expect([await cache.get('a'), await cache.peek('a')]).toEqual([undefined, undefined])
    expect(await cache.getOrSet({ key: 'a', load: () => 'new' })).toBe('old')
  })

  it('serves a synchronous function too', () => {
    const clock = new ManualClock()
    let broken = false
    const ask = cached(
      (key: string) => {
        if (broken) throw new RangeError('broken')
        return `${key}!`
      },
      { name: unique(), ttl: 100, grace: 1_000, clock },
    )
    ask('a')
    clock.advance(100)
    broken = true
    expect(ask('a')).toBe('a!')
    expect(() => ask('b')).toThrow(RangeError)
    expect(ask.stats()).toMatchObject({ stale: 1, misses: 2 })
  })
})

describe('a soft timeout', () => {
  it('of zero serves the stale value at once and loads behind it', async () => {
    const work: Promise<void>[] = []
    const { ask, waiting } = await stale({ timeout: 0, background: (going: Promise<void>) => void work.push(going) })
    expect(await ask('a')).toBe('old')
    expect(await ask('a')).toBe('old')
    expect([waiting.length, work.length]).toEqual([2, 1])
    waiting[1]?.resolve('new')
    await work[0]
    expect(await ask('a')).toBe('new')
    expect(ask.stats()).toMatchObject({ stale: 2, hits: 1, loads: 2 })
  })

  it('lets callers wait for so long, and no longer', async () => {
    const { clock, ask, waiting } = await stale({ timeout: 50 })
    let answer: string | undefined
    void ask('a').then((value) => (answer = value))
    clock.advance(49)
    await quiet()
    expect(answer).toBeUndefined()
    clock.advance(1)
    await quiet()
    expect(answer).toBe('old')
    const late = ask('a')
    expect(await late).toBe('old')
    waiting[1]?.resolve('new')
    await quiet()
    expect(await ask('a')).toBe('new')
    expect(waiting).toHaveLength(2)
  })

  it('does nothing where there is no stale value', async () => {
    const clock = new ManualClock()
    const { load, waiting } = controlledLoad<string>()
    const ask = cached(load, { name: unique(), timeout: 0, grace: 100, clock })
    const answer = ask('a')
    clock.advance(10_000)
    waiting[0]?.resolve('first')
    expect(await answer).toBe('first')
  })

  it('does not leave a rejection behind when the load fails later', async () => {
    const rejections: unknown[] = []
    const listener = (error: unknown): void => void rejections.push(error)
    process.on('unhandledRejection', listener)
    const { ask, waiting } = await stale({ timeout: 0 })
    await ask('a')
    waiting[1]?.reject(new Error('down'))
    await quiet()
    process.off('unhandledRejection', listener)
    expect(rejections).toEqual([])
    expect(await ask('a')).toBe('old')
    expect(waiting).toHaveLength(2)
  })

  it('does not serve a stale value for ever behind a load that never ends', async () => {
    const { clock, ask, waiting } = await stale({ timeout: 0 })
    expect(await ask('a')).toBe('old')
    clock.advance(1_000)
    const answer = ask('a')
    waiting[2]?.resolve('new')
    expect(await answer).toBe('new')
  })
})

describe('a hard timeout', () => {
  it('gives up with one error where there is nothing to serve, and the load still fills the cache', async () => {
    const clock = new ManualClock()
    const { load, waiting } = controlledLoad<string>()
    const ask = cached(load, { name: unique(), hardTimeout: 50, clock })
    const answers = Promise.allSettled([ask('a'), ask('a')])
    clock.advance(50)
    for (const answer of await answers)
      expect(answer).toMatchObject({
        status: 'rejected',
        reason: expect.objectContaining({ name: 'LoadTimeoutError', message: expect.stringMatching(/50 ms/) }),
      })
    waiting[0]?.resolve('late')
    await quiet()
    expect(await ask('a')).toBe('late')
  })

  it('serves the stale value where there is one', async () => {
    const { clock, ask } = await stale({ hardTimeout: 50 })
    const answer = ask('a')
    clock.advance(50)
    expect(await answer).toBe('old')
    expect(ask.stats()).toMatchObject({ stale: 1 })
  })

  it('lets the next caller make another attempt, whose outcome the late one does not replace', async () => {
    const clock = new ManualClock()
    const { load, waiting } = controlledLoad<string>()
    const ask = cached(load, { name: unique(), hardTimeout: 50, clock })
    const first = ask('a').catch((error: unknown) => error)
    clock.advance(50)
    expect(await first).toBeInstanceOf(LoadTimeoutError)
    const second = ask('a')
    waiting[1]?.resolve('second')
    expect(await second).toBe('second')
    waiting[0]?.resolve('first')
    await quiet()
    expect(await ask('a')).toBe('second')
  })
})

describe('errorTtl', () => {
  it('gives the same error to further callers without another attempt, until it is over', async () => {
    const clock = new ManualClock()
    const { load, waiting } = controlledLoad<string>()
    const ask = cached(load, { name: unique(), errorTtl: 100, clock })
    const first = ask('a')
    waiting[0]?.reject(new RangeError('down'))
    await expect(first).rejects.toThrow(RangeError)
    clock.advance(99)
    await expect(ask('a')).rejects.toThrow(RangeError)
    expect(waiting).toHaveLength(1)
    clock.advance(1)
    const again = ask('a')
    waiting[1]?.resolve('up')
    expect(await again).toBe('up')
  })

  it('throws for a synchronous function, and is over with an invalidation or a value', () => {
    let calls = 0
    const ask = cached(
      (_key: string): string => {
        calls++
        throw new RangeError('no')
      },
      { name: unique(), errorTtl: 100, clock: new ManualClock() },
    )
    for (let call = 0; call < 3; call++) expect(() => ask('a')).toThrow(RangeError)
    expect(calls).toBe(1)
    ask.invalidate('a')
    expect(() => ask('a')).toThrow(RangeError)
    expect(calls).toBe(2)
    ask.set(['a'], 'by hand')
    expect(ask('a')).toBe('by hand')
  })

  it('remembers a thousand errors and no more', () => {
    let calls = 0
    const cache = createCache({ name: unique(), clock: new ManualClock() })
    const load = (): string => {
      calls++
      throw new Error('no')
    }
    const attempt = (key: number): void => expect(() => cache.getOrSet({ key: String(key), load, errorTtl: 1_000 })).toThrow('no')
    for (let key = 0; key <= 1_000; key++) attempt(key)
    attempt(1_000)
    expect(calls).toBe(1_001)
    attempt(0)
    expect(calls).toBe(1_002)
  })
})

describe('negativeTtl and jitter', () => {
  it('keep null for a time of its own', () => {
    const clock = new ManualClock()
    let calls = 0
    const ask = cached((value: string | null) => (calls++, value), { name: unique(), ttl: 1_000, negativeTtl: 10, clock })
    ask(null)
    ask('value')
    clock.advance(10)
    ask(null)
    ask('value')
    expect(calls).toBe(3)
  })

  it('of zero keeps null out of the cache, and says no to what a default asks for', async () => {
    let calls = 0
    const ask = cached((value: string | null) => (calls++, value), { name: unique(), negativeTtl: 0 })
    expect([ask(null), ask(null), ask('a'), ask('a'), calls]).toEqual([null, null, 'a', 'a', 3])
    const { ask: strict, waiting } = await stale({ grace: 0, errorTtl: 0 })
    const answer = strict('a')
    waiting[1]?.reject(new RangeError('down'))
    await expect(answer).rejects.toThrow(RangeError)
  })

  it('shorten times to live at random, by no more than the share', () => {
    const clock = new ManualClock()
    let drawn = 0
    const cache = createCache<number>({ name: unique(), ttl: 100, jitter: 0.2, clock, random: () => drawn })
    cache.set('whole', 1)
    drawn = 1
    cache.set('shortened', 1)
    clock.advance(79)
    expect([cache.get('whole'), cache.get('shortened')]).toEqual([1, 1])
    clock.advance(1)
    expect([cache.get('whole'), cache.get('shortened')]).toEqual([1, undefined])
  })
})
