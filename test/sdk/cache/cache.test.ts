import { describe, expect, it } from 'vitest'
import type { SharedBackend } from '../../../sdk/src/cache/backends/backend.ts'
import { cached } from '../../../sdk/src/cache/cached.ts'
import { ManualClock } from '../../support/clock.ts'
import { MapStorage } from '../../support/map-storage.ts'

const backend: SharedBackend = { name: 'redis', synchronous: false, open: () => ({ local: undefined, shared: new MapStorage(1_000) }) }

describe('a load that asks for its own key', () => {
  it('does not wait for itself: a function may try again with the same arguments', async () => {
    let attempts = 0
    const ask = cached(
      async (question: string): Promise<string> => {
        await Promise.resolve()
        return ++attempts < 3 ? ask(question) : 'answer'
      },
      { name: 'cache-test-retry' },
    )
    expect(await ask('q')).toBe('answer')
    expect(attempts).toBe(3)
    expect(await ask('q')).toBe('answer')
    expect(ask.stats()).toMatchObject({ hits: 1, misses: 1, bypassed: 2, coalesced: 0 })
  })

  it('does not wait for itself behind other functions and a shared tier', async () => {
    let attempts = 0
    const outer = cached(async (key: string): Promise<string> => (++attempts > 1 ? 'done' : inner(key)), {
      name: 'cache-test-outer',
      backend,
    })
    const inner = cached(async (key: string): Promise<string> => outer(key), { name: 'cache-test-inner', backend })
    expect(await outer('a')).toBe('done')
  })

  it('finds nothing when it looks by hand', async () => {
    const ask = cached(
      async (key: string): Promise<unknown> => {
        await Promise.resolve()
        return [await ask.cache.get(key)]
      },
      { name: 'cache-test-look' },
    )
    expect(await ask('a')).toEqual([undefined])
  })

  it('is still waited for by everyone else', async () => {
    let calls = 0
    const gate = Promise.withResolvers<void>()
    const ask = cached(async (_key: string) => (calls++, gate.promise), { name: 'cache-test-others' })
    const others = [ask('a'), ask('a'), ask('a')]
    gate.resolve()
    await Promise.all(others)
    expect(calls).toBe(1)
  })

  it('leaves nothing behind that would be taken for a running load later', async () => {
    const clock = new ManualClock()
    const inner = Promise.withResolvers<number>()
    let calls = 0
    const ask = cached(
      (key: string): Promise<number> => {
        if (++calls === 2) return inner.promise
        if (calls === 1) void ask(key)
        return Promise.resolve(calls)
      },
      { name: 'cache-test-left', ttl: 10, clock },
    )
    await ask('a')
    inner.resolve(2)
    await inner.promise
    await new Promise(setImmediate)
    clock.advance(20)
    expect(await ask('a')).toBe(3)
  })
})

describe('a key function that throws', () => {
  const options = {
    key: (): string => {
      throw new RangeError('no key')
    },
  }

  it('rejects where a promise is due, and throws where none is', async () => {
    const shared = cached((value: number) => value, { ...options, name: 'cache-test-key', backend })
    const local = cached((value: number) => value, { ...options, name: 'cache-test-key' })
    await expect(shared(1)).rejects.toThrow('no key')
    expect(() => local(1)).toThrow('no key')
  })
})

describe('looking by hand', () => {
  it('does not keep a call at the same time from loading', async () => {
    const ask = cached(async (key: string) => `loaded ${key}`, { name: 'cache-test-get', backend })
    const [seen, answer, again] = await Promise.all([ask.cache.get('a'), ask('a'), ask('a')])
    expect(seen).toBeUndefined()
    expect([answer, again]).toEqual(['loaded a', 'loaded a'])
    expect(ask.stats().loads).toBe(1)
  })

  it('waits for a load that is running', async () => {
    const ask = cached(async (key: string) => `loaded ${key}`, { name: 'cache-test-wait', backend })
    const [, seen] = await Promise.all([ask('a'), ask.cache.get('a')])
    expect(seen).toBe('loaded a')
  })
})
