import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NONE } from '../../../../../sdk/src/cache/memory/slots/slot-list.ts'
import { SlotQueues } from '../../../../../sdk/src/cache/memory/slots/slot-queues.ts'

describe('slot queues', () => {
  it('have nothing at the back when nothing was put in, and give nothing', () => {
    const queues = new SlotQueues(2)
    queues.grow(4)
    expect([queues.last(0), queues.pop(1), queues.sizeOf(0)]).toEqual([NONE, NONE, 0])
  })

  it('keep what they hold when they grow', () => {
    const queues = new SlotQueues(2)
    queues.grow(2)
    queues.unshift(0, 0)
    queues.unshift(1, 1)
    queues.grow(8)
    queues.unshift(0, 7)
    expect([queues.pop(0), queues.pop(0), queues.pop(0), queues.pop(1)]).toEqual([0, 7, NONE, 1])
  })

  it('do what arrays would do', () => {
    const operation = fc.record({
      type: fc.constantFrom('unshift', 'unshift', 'move', 'move', 'remove', 'pop'),
      queue: fc.nat(2),
      slot: fc.nat(7),
    })
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200, size: 'max' }), (operations) => {
        const queues = new SlotQueues(3)
        queues.grow(8)
        const model: number[][] = [[], [], []]
        const queueOf = (slot: number): number => model.findIndex((slots) => slots.includes(slot))
        const take = (slot: number): void => void model[queueOf(slot)]?.splice(model[queueOf(slot)]?.indexOf(slot) ?? 0, 1)
        for (const { type, queue, slot } of operations) {
          const isIn = queueOf(slot) >= 0
          if (type === 'unshift' && !isIn) {
            queues.unshift(queue, slot)
            model[queue]?.unshift(slot)
          }
          if (type === 'move' && isIn) {
            queues.move(queue, slot)
            take(slot)
            model[queue]?.unshift(slot)
          }
          if (type === 'remove' && isIn) {
            queues.remove(slot)
            take(slot)
          }
          if (type === 'pop') expect(queues.pop(queue)).toBe(model[queue]?.pop() ?? NONE)
          for (const [number, slots] of model.entries()) {
            expect(queues.sizeOf(number)).toBe(slots.length)
            expect(queues.last(number)).toBe(slots.at(-1) ?? NONE)
            for (const one of slots) expect(queues.queueOf(one)).toBe(number)
          }
        }
      }),
    )
  })
})
