import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCache } from '../../../../sdk/src/cache/create-cache.ts'
import { estimatedBytes } from '../../../../sdk/src/cache/memory/size.ts'
import { cache as contract } from '../../../../sdk/src/contract/index.ts'
import { total } from '../../../support/collected.ts'

describe('estimatedBytes', () => {
  it.each([
    ['a text of one byte a character', 'x'.repeat(1_000), 1_000],
    ['a text of two', '€'.repeat(1_000), 2_000],
    ['binary data', Buffer.alloc(5_000), 5_000],
    ['an array of numbers', Array.from({ length: 100_000 }, (_, index) => index), 800_000],
    ['a long list of objects', Array.from({ length: 10_000 }, (_, id) => ({ id, name: 'x'.repeat(100) })), 1_800_000],
    ['a Map', new Map(Array.from({ length: 500 }, (_, index) => [index, 'x'.repeat(100)])), 80_000],
  ])('is about right for %s', (_what, value, bytes) => {
    expect(estimatedBytes(value)).toBeGreaterThan(bytes * 0.7)
    expect(estimatedBytes(value)).toBeLessThan(bytes * 1.5)
  })

  it('is a finite number above zero for anything, cycles and getters that throw included', () => {
    const odd: { self?: unknown } = {}
    odd.self = odd
    Object.defineProperty(odd, 'trap', {
      enumerable: true,
      get: () => {
        throw new Error('touched')
      },
    })
    for (const value of [odd, undefined, null, 1n, Symbol('s'), () => 1]) expect(estimatedBytes(value)).toBeGreaterThan(0)
    fc.assert(fc.property(fc.anything(), (value) => Number.isFinite(estimatedBytes(value))))
  })
})

describe('maxBytes', () => {
  it('bounds the bytes of all values, and a value beyond it is not kept', () => {
    const name = 'size-test'
    const cache = createCache<string>({ name, maxBytes: 100, sizeOf: (value) => String(value).length })
    for (let key = 0; key < 10; key++) cache.set(String(key), 'x'.repeat(30))
    expect(cache.stats()).toMatchObject({ entries: 3, bytes: 90, evictions: { size: 7 } })
    cache.set('9', 'x'.repeat(101))
    expect(cache.stats()).toMatchObject({ entries: 2, bytes: 60 })
    cache.set('8', 'x'.repeat(90))
    expect(cache.stats()).toMatchObject({ entries: 1, bytes: 90 })
    expect(total(contract.size, { 'pitwall.cache.name': name })).toBe(90)
    expect(total(contract.sizeLimit, { 'pitwall.cache.name': name })).toBe(100)
  })
})
