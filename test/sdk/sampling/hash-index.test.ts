import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HashIndex } from '../../../sdk/src/sampling/hash-index.ts'

describe('the hash index', () => {
  it('finds what a Map would find, with hashes that crowd the same places', () => {
    const crowded = fc.nat(60).map((number) => (number * 32 + (number % 3)) >>> 0)
    fc.assert(
      fc.property(fc.array(crowded, { maxLength: 400 }), (hashes) => {
        const index = new HashIndex(16)
        const model = new Map<number, number>()
        for (const hash of hashes) {
          const slot = model.get(hash)
          expect(index.find(hash)).toBe(slot ?? -1)
          if (slot !== undefined) {
            index.remove(slot)
            model.delete(hash)
          } else if (model.size < 16) {
            const free = Array.from({ length: 16 }, (_, number) => number).find((number) => ![...model.values()].includes(number)) ?? 0
            index.add(hash, free)
            model.set(hash, free)
          }
        }
        for (const [hash, slot] of model) expect(index.hashOf(slot)).toBe(hash)
      }),
    )
  })

  it('keeps hashes above 2^31 apart from their negatives', () => {
    const index = new HashIndex(4)
    index.add(0xffffffff, 3)
    expect(index.find(0xffffffff)).toBe(3)
    expect(index.hashOf(3)).toBe(0xffffffff)
    expect(index.find(0x7fffffff)).toBe(-1)
  })
})
