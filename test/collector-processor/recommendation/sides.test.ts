import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mean } from '../../../collector-processor/src/prediction/moments.ts'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { sides, timeOfDay, usualCost } from '../../../collector-processor/src/recommendation/sides.ts'

/** A window of six blocks before the change at 1,000,120, two before that, and the warm-up and a window after it. */
const span: Span = { end: 1_000_210, blockSeconds: 10, blocks: 21, windowBlocks: 6 }
const found = sides(span, 1_000_120)
const requests = Array.from({ length: span.blocks }, () => 100)
const blocks = fc.array(fc.double({ min: 0.1, max: 100, noNaN: true }), { minLength: span.blocks, maxLength: span.blocks })
const costing = (perBlock: readonly number[]) => ({ requests, spent: perBlock.map((each) => each * 100) })

describe('the windows around a change', () => {
  it('are a whole one before it, a whole one after the warm-up, and what there is before both', () => {
    const numbers = Array.from({ length: span.blocks }, (_, index) => index)
    expect(found.before(numbers)).toEqual([6, 7, 8, 9, 10, 11])
    expect(found.after(numbers)).toEqual([15, 16, 17, 18, 19, 20])
    expect(found.earlier(numbers)).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('give a usual cost between those of the last window and of the ones before it', () => {
    fc.assert(
      fc.property(blocks, (perBlock) => {
        const usual = usualCost(costing(perBlock), found)
        const [last, earlier] = [mean(perBlock.slice(6, 12)), mean(perBlock.slice(0, 6))]
        expect(usual).toBeGreaterThanOrEqual(Math.min(last, earlier) - 1e-9)
        expect(usual).toBeLessThanOrEqual(Math.max(last, earlier) + 1e-9)
      }),
    )
  })
})

describe('what the time of day does', () => {
  it('is never more than the day before shows, nor beyond half and twice', () => {
    fc.assert(
      fc.property(blocks, (perBlock) => {
        const factor = timeOfDay({ ...costing(perBlock), dayBefore: costing(perBlock) }, found, 100)
        const shown = mean(perBlock.slice(15, 21)) / mean(perBlock.slice(6, 12))
        expect(factor).toBeGreaterThanOrEqual(Math.max(0.5, Math.min(1, shown)) - 1e-9)
        expect(factor).toBeLessThanOrEqual(Math.min(2, Math.max(1, shown)) + 1e-9)
      }),
    )
  })

  it('is nothing where that day is not known, or has too few requests', () => {
    const cost = costing(Array.from({ length: span.blocks }, (_, index) => 1 + index))
    expect(timeOfDay(cost, found, 100)).toBe(1)
    expect(timeOfDay({ ...cost, dayBefore: cost }, found, 100)).toBeGreaterThan(1.5)
    expect(timeOfDay({ ...cost, dayBefore: cost }, found, 10_000)).toBe(1)
  })
})
