import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fifo } from '../../../../sdk/src/cache/eviction/fifo.ts'
import { Reference } from './reference.ts'

describe('fifo', () => {
  it('drops what was stored first, used or not', () => {
    const dropped: string[] = []
    const store = fifo()<number>({ maxEntries: 2, onEvict: (_value, key) => void dropped.push(key) })
    store.set('a', 1)
    store.set('b', 2)
    store.get('a')
    store.set('c', 3)
    expect(dropped).toEqual(['a'])
  })

  it('does not take a new value for a new entry', () => {
    const store = fifo()<number>({ maxEntries: 2 })
    store.set('a', 1)
    store.set('b', 2)
    store.set('a', 3)
    expect(store.size).toBe(2)
    store.set('c', 4)
    expect(store.peek('a')).toBeUndefined()
  })

  it('agrees with a list that is searched from end to end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(fc.integer({ min: 0, max: 15 })), (maxEntries, requests) => {
        const store = fifo()<number>({ maxEntries })
        const reference = new Reference(maxEntries, 'never')
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
