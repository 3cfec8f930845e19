import { describe, expect, it } from 'vitest'
import { AsyncLocalStorage } from 'node:async_hooks'
import { cached } from '../../../sdk/src/cache/cached.ts'
import { createCache } from '../../../sdk/src/cache/create-cache.ts'
import { pathOf, placeOf } from '../../../sdk/src/cache/namespaces.ts'
import { cache as contract } from '../../../sdk/src/contract/index.ts'
import { MissingScopeError } from '../../../sdk/src/errors.ts'
import { collected, total } from '../../support/collected.ts'

let serial = 0
const unique = (): string => `namespaces-test-${++serial}`

describe('a namespace', () => {
  it('has entries, bounds and statistics of its own', () => {
    const cache = createCache<number>({ name: unique(), maxEntries: 2 })
    const [ann, bob] = [cache.namespace('ann'), cache.namespace('bob')]
    for (let key = 0; key < 5; key++) ann.set(String(key), key)
    bob.set('4', 40)
    cache.set('4', 400)
    expect([ann.get('4'), bob.get('4'), cache.get('4')]).toEqual([4, 40, 400])
    expect([ann.stats().entries, bob.stats().entries]).toEqual([2, 1])
    expect([ann.stats().hits, ann.stats().evictions.size, bob.stats().evictions.size]).toEqual([1, 3, 0])
    ann.clear()
    expect([ann.get('4'), bob.get('4')]).toEqual([undefined, 40])
  })

  it('is the same one each time it is asked for', () => {
    const cache = createCache<number>({ name: unique() })
    cache.namespace('ann').set('a', 1)
    expect(cache.namespace('ann').get('a')).toBe(1)
    expect(() => cache.namespace('')).toThrow("the namespace must be a string of at least one character, got ''.")
  })

  it('may have namespaces of its own, and no two ways lead to the same place', () => {
    const cache = createCache<string>({ name: unique() })
    const places = [
      cache,
      cache.namespace('a'),
      cache.namespace('b'),
      cache.namespace('a').namespace('b'),
      cache.namespace('b').namespace('b'),
      cache.namespace('a/b'),
      cache.namespace('a%2Fb'),
    ]
    for (const [index, place] of places.entries()) place.set('key', String(index))
    expect(places.map((place) => place.get('key'))).toEqual(places.map((_, index) => String(index)))
    const paths = [
      placeOf('x', undefined),
      placeOf('x', pathOf(undefined, 'a')),
      placeOf('x/a', undefined),
      placeOf('x', pathOf(pathOf(undefined, 'a'), 'b')),
      placeOf('x', pathOf(undefined, 'a/b')),
    ]
    expect(new Set(paths).size).toBe(paths.length)
  })

  it('counts with its cache in telemetry, where it has no series of its own', () => {
    const name = unique()
    const cache = createCache<number>({ name })
    cache.namespace('tenant-ann').get('a')
    cache.get('a')
    expect(total(contract.requests, { 'pitwall.cache.name': name })).toBe(2)
    expect(JSON.stringify(collected(contract.requests, {}))).not.toContain('tenant-ann')
  })

  it('goes when there are more than a thousand and nobody holds it; who holds it has the one', () => {
    const cache = createCache<number>({ name: unique() })
    const held = cache.namespace('held')
    for (let index = 0; index < 1_100; index++) cache.namespace(String(index)).set('a', index)
    expect(cache.namespace('held')).toBe(held)
  })
})

describe('a scope', () => {
  it('keeps what is for one tenant from every other', () => {
    const ask = cached((tenant: string, key: string) => `${key} of ${tenant}`, {
      name: unique(),
      key: (_tenant, key) => key,
      scope: (tenant) => tenant,
    })
    expect([ask('ann', 'a'), ask('bob', 'a'), ask('ann', 'a')]).toEqual(['a of ann', 'a of bob', 'a of ann'])
    expect(ask.stats()).toMatchObject({ hits: 1, misses: 2 })
    ask.invalidate('ann', 'a')
    expect([ask.peek('ann', 'a'), ask.peek('bob', 'a')]).toEqual([undefined, 'a of bob'])
  })

  it('that is missing is an error for the caller, never a shared entry', async () => {
    const name = unique()
    const tenant = new AsyncLocalStorage<string>()
    const cache = createCache<number>({ name, scope: () => tenant.getStore() })
    tenant.run('ann', () => cache.set('a', 1))
    tenant.run('bob', () => expect(cache.get('a')).toBeUndefined())
    tenant.run('ann', () => expect(cache.get('a')).toBe(1))
    for (const action of [() => cache.get('a'), () => cache.set('a', 1), () => cache.delete('a')]) expect(action).toThrow(MissingScopeError)
    expect(() => cache.get('a')).toThrow(`cache '${name}' was asked without a scope`)
    const ask = cached(async (user: { tenant?: string }) => user, { name: unique(), scope: ({ tenant: own }) => own })
    expect(() => ask({})).toThrow(MissingScopeError)
    expect(() => ask({ tenant: '' })).toThrow(MissingScopeError)
  })
})
