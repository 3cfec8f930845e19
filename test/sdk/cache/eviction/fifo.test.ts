import { describe, expect, it } from 'vitest'
import { fifo } from '../../../../sdk/src/cache/eviction/fifo.ts'
import { SimulatedCache } from '../../../support/simulated-cache.ts'
import { expectToAgree, ReferenceList } from './reference.ts'

describe('fifo', () => {
  it('drops what was stored first, used or not', () => {
    const cache = new SimulatedCache(fifo(), 2)
    cache.store('a')
    cache.store('b')
    cache.use('a')
    expect(cache.store('c')).toBe('a')
  })

  it('does not take a new value for a new entry', () => {
    const cache = new SimulatedCache(fifo(), 2)
    cache.store('a')
    cache.store('b')
    cache.store('a')
    expect(cache.store('c')).toBe('a')
  })

  it('agrees with a list that is searched from end to end', () => {
    expectToAgree(fifo(), () => new ReferenceList(false))
  })
})
