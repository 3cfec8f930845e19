import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HashSlots } from '../../../../../sdk/src/cache/memory/slots/hash-slots.ts'

describe('the slots of a hash', () => {
  it('are none for a hash that was never added', () => {
    expect(new HashSlots().slotsOf(7)).toEqual([])
  })

  it('does not matter whether the hash is written as a signed number', () => {
    const index = new HashSlots()
    index.add(0xffff_ffff, 3)
    expect(index.slotsOf(-1)).toEqual([3])
  })

  it('are what sets would hold', () => {
    const operation = fc.record({ type: fc.constantFrom('add', 'add', 'remove'), hash: fc.nat(3), slot: fc.nat(9) })
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 100, size: 'max' }), (operations) => {
        const index = new HashSlots()
        const hashes = new Map<number, number>()
        for (const { type, hash, slot } of operations) {
          const known = hashes.get(slot)
          if (type === 'add' && known === undefined) {
            index.add(hash, slot)
            hashes.set(slot, hash)
          }
          if (type === 'remove' && known !== undefined) {
            index.remove(known, slot)
            hashes.delete(slot)
          }
          for (let one = 0; one < 4; one++) {
            const slots = [...hashes].filter(([, other]) => other === one).map(([at]) => at)
            expect(index.slotsOf(one).toSorted()).toEqual(slots.toSorted())
          }
        }
      }),
    )
  })
})
