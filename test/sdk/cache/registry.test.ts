import { describe, expect, it } from 'vitest'
import { createCache } from '../../../sdk/src/cache/create-cache.ts'
import { cache as contract, reuse } from '../../../sdk/src/contract/index.ts'
import { collected, total } from '../../support/collected.ts'

describe('names beyond the bound', () => {
  it('are counted together under `other`, and their keys are not followed', () => {
    for (let index = 0; index < 150; index++) createCache({ name: `many ${index}` }).get('a')
    const names = new Set(collected(contract.requests, {}).map(({ attributes }) => attributes['pitwall.cache.name']))
    expect(names.size).toBe(101)
    expect(total(contract.requests, { 'pitwall.cache.name': 'other', 'pitwall.cache.result': 'miss' })).toBe(50)
    expect(total(contract.requests, { 'pitwall.cache.result': 'miss' })).toBe(150)
    expect(collected(reuse.distance, { 'pitwall.subject': 'other' })).toEqual([])
  })

  it('leave every cache a cache of its own', () => {
    const caches = Array.from({ length: 150 }, (_, index) => createCache<number>({ name: `own ${index}` }))
    for (const [index, cache] of caches.entries()) cache.set('a', index)
    for (const [index, cache] of caches.entries()) expect(cache.get('a')).toBe(index)
  })
})
