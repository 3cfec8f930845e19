import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NONE } from '../../../../../sdk/src/cache/memory/slots/slot-list.ts'
import { WindowSegments } from '../../../../../sdk/src/cache/memory/slots/window-segments.ts'
import { ReferenceSegments } from './reference-segments.ts'

const CAPACITY = 24

/** Segments in which slots 0 to 9 stand, 0 stored first. */
function tenEntries(windowShare: number, frequency: (slot: number) => number): WindowSegments {
  const segments = new WindowSegments(windowShare, frequency)
  segments.grow(CAPACITY)
  for (let slot = 0; slot < 10; slot++) segments.add(slot)
  return segments
}

/** Evicts one and adds another, as a full cache does; returns what went. */
function replace(segments: WindowSegments, times: number): number[] {
  return Array.from({ length: times }, () => {
    const slot = segments.evict()
    segments.add(slot)
    return slot
  })
}

describe('window segments', () => {
  it('are plain lru when the window is everything, whatever the frequencies', () => {
    const segments = tenEntries(1, () => 15)
    segments.use(0)
    expect(replace(segments, 11)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
  })

  it('do not let newcomers take the place of entries that are more frequent', () => {
    const segments = tenEntries(0.1, (slot) => (slot < 10 ? 2 : 1))
    const gone = Array.from({ length: 40 }, (_, step) => {
      const slot = segments.evict()
      segments.add(10 + (step % 12))
      return slot
    })
    // One goes for the window to become as small as it should be.
    expect(gone.filter((slot) => slot < 10).length).toBeLessThanOrEqual(2)
    expect(gone.slice(10).every((slot) => slot >= 10)).toBe(true)
  })

  it('let a newcomer in that is more frequent, and not one that is just as frequent', () => {
    const frequencies = Array.from({ length: 10 }, () => 1)
    const segments = tenEntries(0.1, (slot) => frequencies[slot] ?? 0)
    replace(segments, 20)
    const [newcomer = NONE] = replace(segments, 1)
    expect(segments.evict()).toBe(newcomer)
    segments.add(newcomer)
    frequencies[newcomer] = 2
    expect(segments.evict()).not.toBe(newcomer)
  })

  it('empty a window that became too large by a few entries at each eviction, not all at once', () => {
    const asked: number[] = []
    const segments = tenEntries(1, (slot) => (asked.push(slot), 0))
    segments.windowShare = 0.1
    segments.evict()
    expect(asked, 'the window is still too large: what stands at its end competes with what has just left it').toEqual([3, 0])
  })

  it('have nothing to drop when they are empty, and can be filled again', () => {
    const segments = tenEntries(0.5, () => 0)
    for (let slot = 0; slot < 10; slot++) segments.remove(slot)
    expect(segments.evict()).toBe(NONE)
    segments.add(3)
    segments.use(3)
    expect([segments.size, segments.evict(), segments.size]).toEqual([1, 3, 0])
  })

  it('agree with lists that are searched from end to end, also when the window changes', () => {
    const operation = fc.record({
      type: fc.constantFrom('use', 'use', 'add', 'add', 'remove', 'evict', 'evict', 'window'),
      slot: fc.nat(CAPACITY - 1),
      share: fc.constantFrom(0.01, 0.1, 0.5, 1),
      frequency: fc.nat(3),
    })
    fc.assert(
      fc.property(fc.constantFrom(0.01, 0.5, 1), fc.array(operation, { maxLength: 300, size: 'max' }), (windowShare, operations) => {
        const frequencies = new Map<number, number>()
        const frequency = (slot: number): number => frequencies.get(slot) ?? 0
        const segments = new WindowSegments(windowShare, frequency)
        segments.grow(CAPACITY)
        const reference = new ReferenceSegments(windowShare, frequency)
        const held = new Set<number>()
        for (const { type, slot, share, frequency: next } of operations) {
          frequencies.set(slot, next)
          if (type === 'window') segments.windowShare = reference.windowShare = share
          if (type === 'use' && held.has(slot)) {
            segments.use(slot)
            reference.use(slot)
          }
          if (type === 'add' && !held.has(slot)) {
            segments.add(slot)
            reference.add(slot)
            held.add(slot)
          }
          if (type === 'remove' && held.delete(slot)) {
            segments.remove(slot)
            reference.remove(slot)
          }
          if (type === 'evict') {
            const evicted = segments.evict()
            expect(evicted).toBe(reference.evict() ?? NONE)
            held.delete(evicted)
          }
          expect(segments.size).toBe(held.size)
        }
      }),
      { numRuns: 300 },
    )
  })
})
