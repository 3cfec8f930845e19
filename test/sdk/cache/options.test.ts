import { describe, expect, it } from 'vitest'
import { hybrid } from '../../../sdk/src/cache/backends/hybrid.ts'
import { memory } from '../../../sdk/src/cache/backends/memory.ts'
import { redis } from '../../../sdk/src/cache/backends/redis.ts'
import { cached } from '../../../sdk/src/cache/cached.ts'
import { createCache } from '../../../sdk/src/cache/create-cache.ts'

/** Options as a program in JavaScript may write them. */
function written(json: string): object {
  return JSON.parse(json)
}

describe('the options of a cache', () => {
  it.each([
    ['{"tll":"5m"}', "an option of cached must be one of name, ttl, maxEntries, eviction, backend, clock, key, got 'tll'."],
    ['{"backend":"memory"}', "backend must be a backend such as memory() or redis({ url }), got 'memory'."],
    ['{"eviction":"lru"}', "eviction must be a policy such as lru() or fifo(), got 'lru'."],
    ['{"key":"id"}', "key must be a function, got 'id'."],
    ['{"ttl":"5 minutes"}', "ttl must be a positive number of milliseconds or a string like '30s', '5m' or '1h', got '5 minutes'."],
  ])('%s are refused in one sentence', (options, sentence) => {
    expect(() => cached(() => 1, { name: 'options-test', ...written(options) })).toThrow(
      expect.objectContaining({ name: 'OptionError', message: sentence }),
    )
  })

  it('are refused for a cache by hand too, where there is no function whose key could be made', () => {
    expect(() => createCache({ name: 'options-test', ...written('{"key":"id"}') })).toThrow(
      "an option of createCache must be one of name, ttl, maxEntries, eviction, backend, clock, got 'key'.",
    )
  })

  it('are refused for the backends in the same way', () => {
    expect(() => memory({ ...written('{"max":5}') })).toThrow("an option of memory must be one of maxEntries, eviction, got 'max'.")
    expect(() => Reflect.apply(hybrid, undefined, [{ front: redis(), back: redis() }])).toThrow('front must be a backend in this process')
    expect(() => Reflect.apply(hybrid, undefined, [{ front: memory() }])).toThrow(
      'back must be a shared backend, such as redis({ url }), got undefined.',
    )
  })

  it('may be left undefined', () => {
    const unset: { ttl?: number } = {}
    expect(cached((value: number) => value, { name: 'options-test', ...unset })(1)).toBe(1)
  })
})
