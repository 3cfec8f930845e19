import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GrowthWindows, KEPT, LEVELS } from '../../../sdk/src/memory/growth-windows.ts'

const none = () => []

describe('the windows in which memory is looked at', () => {
  it('keep the lowest reading of each window, with what was known of it then', () => {
    const windows = new GrowthWindows(0, 10)
    windows.add(80, 7, () => [1])
    windows.add(85, 5, () => [2])
    windows.add(89, 6, () => [3])
    expect(windows.add(90, 9, () => [4])).toEqual([0])
    expect(windows.floors(0)).toEqual([{ at: 85, bytes: 5, causes: [2] }])
  })

  it('ask for nothing where a reading is not the lowest of its window', () => {
    const windows = new GrowthWindows(0, 10)
    let asked = 0
    const ask = () => [++asked]
    for (const [at, bytes] of [
      [80, 5],
      [81, 6],
      [82, 7],
    ] as const)
      windows.add(at, bytes, ask)
    expect(asked).toBe(1)
  })

  it('do not count a reading of which it is not known what it was made of', () => {
    const windows = new GrowthWindows(0, 10)
    windows.add(80, 5, () => undefined)
    windows.add(81, 7, () => [1])
    windows.add(90, 9, none)
    expect(windows.floors(0)).toEqual([{ at: 81, bytes: 7, causes: [1] }])
  })

  it('do not count the first eight of each length', () => {
    const windows = new GrowthWindows(0, 10)
    for (let at = 0; at < 320; at += 5) windows.add(at, at, none)
    expect(windows.floors(0)[0]?.at).toBe(80)
    expect(windows.floors(1)).toEqual([])
  })

  it('have nothing of a window without a collection, nor of one that is long ago', () => {
    const windows = new GrowthWindows(0, 10)
    windows.add(80, 1, none)
    expect(windows.add(200, 2, none)).toEqual([0])
    expect(windows.floors(0)).toHaveLength(1)
    windows.add(100_000, 3, none)
    expect(windows.floors(0)).toEqual([])
  })

  it('never keep more than 32 of a length, each the lowest of what was read in it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 0, max: 1_000 }),
        (gaps, seed) => {
          const windows = new GrowthWindows(0, 10)
          const readings: { at: number; bytes: number }[] = []
          let at = 0
          for (const [index, gap] of gaps.entries()) {
            at += gap
            const bytes = (index * 7_919 + seed) % 101
            readings.push({ at, bytes })
            windows.add(at, bytes, none)
          }
          for (let level = 0; level < LEVELS; level++) {
            const windowMs = 10 * 4 ** level
            const floors = windows.floors(level)
            expect(floors.length).toBeLessThanOrEqual(KEPT)
            for (const floor of floors) {
              const own = readings.filter((one) => Math.floor(one.at / windowMs) === Math.floor(floor.at / windowMs))
              expect(floor.bytes).toBe(Math.min(...own.map(({ bytes }) => bytes)))
            }
          }
        },
      ),
    )
  })
})
