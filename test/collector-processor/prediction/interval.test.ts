import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { halfWidth, studentT, type Weighted, weightedDeviation } from '../../../collector-processor/src/prediction/interval.ts'

const equal = (...values: number[]): Weighted[] => values.map((value) => ({ value, weight: 1 }))
const numbers = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 2, maxLength: 24 })

describe('the interval', () => {
  it('is t · sd · √(2/n) of the blocks when they vary most', () => {
    expect(halfWidth({ blocks: equal(1, 2, 3), windowChanges: [], floor: 0 })).toBeCloseTo(4.303 * Math.sqrt(2 / 3), 6)
  })

  it('is 2.2 times the last four window changes, for 11/8 of a window, when those vary most', () => {
    const width = halfWidth({ blocks: equal(1, 1, 1), windowChanges: [99, -1, 1, -1, 1], floor: 0 })
    expect(width).toBeCloseTo((2.2 * 11) / 8, 6)
  })

  it('expects a steady drift to go on, after a single change already', () => {
    const width = (3 * 2.2 * 11) / 8
    expect(halfWidth({ blocks: equal(1, 1, 1), windowChanges: [3, 3, 3], floor: 0 })).toBeCloseTo(width, 6)
    expect(halfWidth({ blocks: equal(1, 1, 1), windowChanges: [3], floor: 0 })).toBeCloseTo(width, 6)
  })

  it('takes changes that noise explains for noise, and others together with it', () => {
    const blocks = equal(1, -1, 1, -1, 1, -1, 1, -1)
    const noise = halfWidth({ blocks, windowChanges: [], floor: 0 })
    expect(halfWidth({ blocks, windowChanges: [0.3, -0.3], floor: 0 })).toBe(noise)
    expect(halfWidth({ blocks, windowChanges: [3, -3], floor: 0 })).toBeGreaterThan(noise)
  })

  it('is wider where blocks resemble the ones before them, because they say less', () => {
    const [apart, alike] = [equal(1, 2, 1, 2, 1, 2), equal(1, 1, 1, 2, 2, 2)]
    expect(halfWidth({ blocks: alike, windowChanges: [], floor: 0 })).toBeGreaterThan(
      1.2 * halfWidth({ blocks: apart, windowChanges: [], floor: 0 }),
    )
  })

  it('is never narrower than the floor', () => {
    fc.assert(
      fc.property(
        numbers,
        fc.double({ min: 0, max: 5, noNaN: true }),
        (values, floor) => halfWidth({ blocks: equal(...values), windowChanges: [], floor }) >= floor,
      ),
    )
  })

  it('scales with its data', () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0.1, max: 10, noNaN: true }), (values, factor) => {
        const width = halfWidth({ blocks: equal(...values), windowChanges: [], floor: 0 })
        const wider = halfWidth({ blocks: equal(...values.map((value) => value * factor)), windowChanges: [], floor: 0 })
        expect(wider).toBeCloseTo(width * factor, 6)
      }),
    )
  })

  it('counts blocks by their requests', () => {
    expect(
      weightedDeviation([
        { value: 1, weight: 1_000 },
        { value: 1, weight: 1_000 },
        { value: 9, weight: 1 },
      ]),
    ).toBeLessThan(0.4)
    expect(weightedDeviation(equal(1, 2, 3))).toBeCloseTo(1, 9)
  })

  it('takes the quantile for the number of blocks, which falls towards that of the normal distribution', () => {
    expect(studentT(11)).toBe(2.201)
    expect(studentT(60)).toBeCloseTo(2.0, 2)
    for (let degrees = 2; degrees < 200; degrees++) expect(studentT(degrees)).toBeLessThan(studentT(degrees - 1))
  })
})
