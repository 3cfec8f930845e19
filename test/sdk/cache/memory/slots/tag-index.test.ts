import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TagIndex } from '../../../../../sdk/src/cache/memory/slots/tag-index.ts'

describe('the tag index', () => {
  it('knows no tags of a slot that has none', () => {
    const index = new TagIndex()
    index.remove(3)
    expect([index.tagsOf(3), index.slotsOf('a')]).toEqual([[], []])
  })

  it('gives slots as they are now, so that they may be removed meanwhile', () => {
    const index = new TagIndex()
    for (const slot of [0, 1, 2]) index.add(slot, ['a'])
    const slots = index.slotsOf('a')
    for (const slot of slots) index.remove(slot)
    expect(slots).toEqual([0, 1, 2])
    expect(index.slotsOf('a')).toEqual([])
  })

  it('agrees with a list of slots and tags', () => {
    const tags = fc.subarray(['a', 'b', 'c'], { minLength: 1 })
    fc.assert(
      fc.property(fc.array(fc.record({ slot: fc.nat(5), tags }), { maxLength: 60, size: 'max' }), (operations) => {
        const index = new TagIndex()
        const model = new Map<number, readonly string[]>()
        for (const { slot, tags } of operations) {
          if (model.delete(slot)) index.remove(slot)
          else {
            index.add(slot, tags)
            model.set(slot, tags)
          }
          expect(index.tagsOf(slot)).toEqual(model.get(slot) ?? [])
          for (const tag of ['a', 'b', 'c']) {
            const slots = [...model].filter(([, carried]) => carried.includes(tag)).map(([one]) => one)
            expect(index.slotsOf(tag).toSorted()).toEqual(slots.toSorted())
          }
        }
      }),
    )
  })
})
