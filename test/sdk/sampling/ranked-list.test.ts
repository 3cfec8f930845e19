import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RankedList } from '../../../sdk/src/sampling/ranked-list.ts'

describe('the ranked list', () => {
  it('knows the rank of every slot, however often slots come and go', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(99), { minLength: 300, maxLength: 1_500 }), (accesses) => {
        const ranked = new RankedList(100, 100)
        let list: number[] = []
        for (const slot of accesses) {
          if (list.includes(slot)) {
            expect(ranked.rank(slot)).toBe(list.indexOf(slot))
            ranked.remove(slot)
          }
          ranked.push(slot)
          list = [slot, ...list.filter((other) => other !== slot)]
        }
        expect([...ranked.slots()]).toEqual(list)
        expect(ranked.size).toBe(list.length)
      }),
      { numRuns: 20 },
    )
  })
})
