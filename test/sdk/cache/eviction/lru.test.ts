import { describe, expect, it } from 'vitest'
import { lru } from '../../../../sdk/src/cache/eviction/lru.ts'
import { SimulatedCache } from '../../../support/simulated-cache.ts'
import { expectToAgree, ReferenceList } from './reference.ts'

describe('lru', () => {
  it('drops what was not used for longest', () => {
    const cache = new SimulatedCache(lru(), 2)
    cache.store('a')
    cache.store('b')
    cache.use('a')
    expect(cache.store('c')).toBe('b')
  })

  it('does not drop what was given a new value', () => {
    const cache = new SimulatedCache(lru(), 2)
    cache.store('a')
    cache.store('b')
    cache.store('a')
    expect(cache.store('c')).toBe('b')
  })

  it('agrees with a list that is searched from end to end', () => {
    expectToAgree(lru(), () => new ReferenceList(true))
  })
})
