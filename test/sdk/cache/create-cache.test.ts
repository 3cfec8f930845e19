import { describe, expect, expectTypeOf, it } from 'vitest'
import { createCache, getCache } from '../../../sdk/src/cache/create-cache.ts'
import { cache as contract } from '../../../sdk/src/contract/index.ts'
import { total } from '../../support/collected.ts'

describe('createCache', () => {
  it('stores, gives back, deletes and clears', () => {
    const cache = createCache<{ n: number }>({ name: 'by-hand' })
    expect(cache.get('a')).toBeUndefined()
    cache.set('a', { n: 1 })
    cache.set('b', { n: 2 })
    expectTypeOf(cache.get('a')).toEqualTypeOf<{ n: number } | undefined>()
    expect(cache.get('a')).toEqual({ n: 1 })
    cache.delete('a')
    expect([cache.get('a'), cache.get('b')]).toEqual([undefined, { n: 2 }])
    cache.clear()
    expect(cache.get('b')).toBeUndefined()
  })

  it('counts hits, misses and what was invalidated, and no loads', () => {
    const cache = createCache<number>({ name: 'by-hand-stats' })
    cache.get('a')
    cache.set('a', 1)
    cache.get('a')
    cache.delete('a')
    cache.delete('a')
    cache.set('b', 2)
    cache.set('c', 3)
    cache.clear()
    expect(cache.stats()).toMatchObject({
      hits: 1,
      misses: 1,
      hitRatio: 0.5,
      loads: 0,
      entries: 0,
      evictions: { size: 0, expired: 0, invalidated: 3 },
    })
  })

  it('needs a name', () => {
    expect(() => createCache({ name: '' })).toThrow("name must be a string of at least one character, got ''.")
  })

  it('refuses a wrong time to live of one entry in the same words', () => {
    const cache = createCache<number>({ name: 'by-hand-ttl' })
    expect(() => cache.set('a', 1, { ttl: 0 })).toThrow(/^ttl must be a positive number/)
  })
})

describe('a key by hand', () => {
  it('has to be a string', () => {
    const key: string = JSON.parse('5')
    expect(() => createCache({ name: 'by-hand-key' }).get(key)).toThrow('the key must be a string, got 5.')
  })
})

describe('getCache', () => {
  it('finds the cache that was made last under a name', () => {
    createCache({ name: 'found' })
    const last = createCache({ name: 'found' })
    expect(getCache('found')).toBe(last)
  })

  it('finds nothing where there is nothing', () => {
    expect(getCache('never made')).toBeUndefined()
  })
})

describe('caches of one name', () => {
  it('count together', () => {
    const [one, other] = [createCache({ name: 'twice' }), createCache({ name: 'twice' })]
    one.get('a')
    other.get('a')
    one.set('a', 1)
    other.set('a', 1)
    expect(one.stats().misses).toBe(2)
    const name = { 'pitwall.cache.name': 'twice' }
    expect(total(contract.requests, { ...name, 'pitwall.cache.result': 'miss' })).toBe(2)
    expect(total(contract.entryCount, name)).toBe(2)
  })
})
