import { describe, expect, it } from 'vitest'
import { memory } from '../../../../sdk/src/cache/backends/memory.ts'
import { createCache } from '../../../../sdk/src/cache/create-cache.ts'

describe('memory', () => {
  it('keeps the values themselves, not copies', () => {
    const cache = createCache<object>({ name: 'memory-identity', backend: memory() })
    const value = { at: new Date() }
    cache.set('a', value)
    expect(cache.get('a')).toBe(value)
  })

  it('gives each cache a storage of its own', () => {
    const backend = memory()
    const [one, other] = [createCache({ name: 'memory-one', backend }), createCache({ name: 'memory-other', backend })]
    one.set('a', 1)
    expect(other.get('a')).toBeUndefined()
  })

  it('refuses a bound that is none', () => {
    expect(() => memory({ maxEntries: -1 })).toThrow('maxEntries must be a whole number from 1 to 16777216, got -1.')
  })
})
