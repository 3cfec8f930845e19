import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LruStack } from '../../../sdk/src/sampling/lru-stack.ts'

const edges = [1, 2, 5, 8]
const bandOf = (position: number) => {
  const band = edges.findIndex((edge) => position <= edge)
  return band < 0 ? edges.length : band
}

describe('the stack', () => {
  it('knows the band of every access, as a list that is searched does', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(14), { maxLength: 200 }), (accesses) => {
        const stack = new LruStack(15, edges)
        let list: number[] = []
        for (const slot of accesses) {
          const position = list.indexOf(slot) + 1
          if (position > 0) expect(stack.touch(slot)).toBe(bandOf(position))
          else {
            if (stack.size === 11) expect(stack.pop()).toBe(list.pop())
            stack.push(slot)
          }
          list = [slot, ...list.filter((other) => other !== slot)]
          expect([...stack.slots()]).toEqual(list)
        }
      }),
    )
  })

  it('keeps its order when the bands change', () => {
    const stack = new LruStack(10, edges)
    for (let slot = 0; slot < 9; slot++) stack.push(slot)
    stack.removeUnordered(4)
    stack.setEdges([3])
    expect(stack.touch(6)).toBe(0)
    expect(stack.touch(0)).toBe(1)
    expect([...stack.slots()]).toEqual([0, 6, 8, 7, 5, 3, 2, 1])
  })
})
