import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lru } from '../../../../sdk/src/cache/eviction/lru.ts'
import { Reference } from './reference.ts'

describe('lru', () => {
  it('drops what was not used for longest', () => {
    const dropped: string[] = []
    const store = lru()<number>({ maxEntries: 2, onEvict: (_value, key) => void dropped.push(key) })
    store.set('a', 1)
    store.set('b', 2)
    store.get('a')
    store.set('c', 3)
    expect(dropped).toEqual(['b'])
  })

  it('does not take a peek for a use', () => {
    const store = lru()<number>({ maxEntries: 2 })
    store.set('a', 1)
    store.set('b', 2)
    store.peek('a')
    store.set('c', 3)
    expect(store.peek('a')).toBeUndefined()
  })

  it('agrees with a list that is searched from end to end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(fc.integer({ min: 0, max: 15 })), (maxEntries, requests) => {
        const store = lru()<number>({ maxEntries })
        const reference = new Reference(maxEntries, 'on use')
        for (const request of requests) {
          const key = String(request)
          const hit = store.get(key) !== undefined
          if (!hit) store.set(key, request)
          expect(hit).toBe(reference.request(key))
        }
      }),
    )
  })
})
