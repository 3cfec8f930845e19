import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NONE, SlotList } from '../../../../../sdk/src/cache/memory/slots/slot-list.ts'

/** Slots from the front to the back. */
function slotsOf(list: SlotList): number[] {
  const slots: number[] = []
  for (let slot = list.last; slot !== NONE; slot = list.before(slot)) slots.unshift(slot)
  return slots
}

describe('the slot list', () => {
  it('is empty to begin with, and gives nothing', () => {
    const list = new SlotList()
    list.grow(2)
    expect([list.first, list.last, list.pop(), list.size]).toEqual([NONE, NONE, NONE, 0])
  })

  it('keeps its order when it grows', () => {
    const list = new SlotList()
    list.grow(2)
    list.unshift(0)
    list.unshift(1)
    list.grow(4)
    list.unshift(3)
    expect(slotsOf(list)).toEqual([3, 1, 0])
  })

  it('does what an array would do', () => {
    const operation = fc.record({ type: fc.constantFrom('unshift', 'unshift', 'toFront', 'remove', 'pop'), slot: fc.nat(7) })
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200, size: 'max' }), (operations) => {
        const list = new SlotList()
        list.grow(8)
        let model: number[] = []
        for (const { type, slot } of operations) {
          const isIn = model.includes(slot)
          const others = model.filter((other) => other !== slot)
          if (type === 'unshift' && !isIn) {
            list.unshift(slot)
            model = [slot, ...others]
          }
          if (type === 'toFront' && isIn) {
            list.toFront(slot)
            model = [slot, ...others]
          }
          if (type === 'remove' && isIn) {
            list.remove(slot)
            model = others
          }
          if (type === 'pop') expect(list.pop()).toBe(model.pop() ?? NONE)
          expect(slotsOf(list)).toEqual(model)
          expect([list.first, list.last, list.size]).toEqual([model[0] ?? NONE, model.at(-1) ?? NONE, model.length])
        }
      }),
    )
  })
})
