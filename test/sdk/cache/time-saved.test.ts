import { describe, expect, it } from 'vitest'
import { TimeSaved } from '../../../sdk/src/cache/time-saved.ts'

describe('TimeSaved', () => {
  it('gives each hit what a load takes, less the lookup', () => {
    const saved = new TimeSaved()
    saved.update(10, 0, { sum: 4, count: 2 })
    expect(saved.seconds).toBeCloseTo(20, 3)
    saved.sharedLookup(0.5)
    saved.update(10, 4, { sum: 4, count: 2 })
    expect(saved.seconds).toBeCloseTo(26, 3)
  })

  it('counts each hit once', () => {
    const saved = new TimeSaved()
    for (let collection = 0; collection < 5; collection++) saved.update(10, 0, { sum: 2, count: 1 })
    expect(saved.seconds).toBeCloseTo(20, 3)
  })

  it('never falls, also when loads become fast or lookups slow', () => {
    const saved = new TimeSaved()
    saved.update(10, 0, { sum: 2, count: 1 })
    const before = saved.seconds
    saved.sharedLookup(100)
    saved.update(10, 50, { sum: 2.000_1, count: 1_000 })
    expect(saved.seconds).toBeGreaterThanOrEqual(before)
  })

  it('keeps hits for later until a load has shown what it takes', () => {
    const saved = new TimeSaved()
    saved.update(10, 0, { sum: 0, count: 0 })
    expect(saved.seconds).toBe(0)
    saved.update(10, 0, { sum: 1, count: 1 })
    expect(saved.seconds).toBeCloseTo(10, 3)
  })
})
