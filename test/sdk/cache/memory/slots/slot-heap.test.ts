import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SlotHeap } from '../../../../../sdk/src/cache/memory/slots/slot-heap.ts'
import { NONE } from '../../../../../sdk/src/cache/memory/slots/slot-list.ts'

describe('the slot heap', () => {
  it('has no first slot when it is empty', () => {
    expect(new SlotHeap(() => false).first).toBe(NONE)
  })

  it('always has the first slot at hand, as sorting would find it', () => {
    const operation = fc.record({ type: fc.constantFrom('set', 'set', 'set', 'remove', 'pop'), slot: fc.nat(15), rank: fc.nat(20) })
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 300, size: 'max' }), (operations) => {
        const ranks = new Map<number, number>()
        const before = (slot: number, other: number): boolean => {
          const difference = (ranks.get(slot) ?? 0) - (ranks.get(other) ?? 0)
          return difference === 0 ? slot < other : difference < 0
        }
        const heap = new SlotHeap(before)
        heap.grow(16)
        for (const { type, slot, rank } of operations) {
          const isIn = ranks.has(slot)
          if (type === 'set') {
            ranks.set(slot, rank)
            if (isIn) heap.changed(slot)
            else heap.add(slot)
          }
          const removed = type === 'pop' ? heap.first : slot
          if (type !== 'set' && ranks.has(removed)) {
            heap.remove(removed)
            ranks.delete(removed)
          }
          const [first = NONE] = [...ranks.keys()].toSorted((one, other) => (before(one, other) ? -1 : 1))
          expect(heap.first).toBe(first)
        }
      }),
    )
  })

  it('keeps its order when it grows', () => {
    const heap = new SlotHeap((slot, other) => slot < other)
    heap.grow(2)
    heap.add(1)
    heap.grow(4)
    heap.add(0)
    heap.remove(0)
    expect(heap.first).toBe(1)
  })
})
