import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BucketCounts } from '../../../sdk/src/sampling/bucket-counts.ts'

const bounds = [0.001, 0.01, 0.1]

describe('counts by bucket', () => {
  it('count a value up to its bound, and the bound itself', () => {
    const counts = new BucketCounts(bounds)
    for (const value of [0.001, 0.0011, 0.1, 0.2]) counts.record(value)
    expect([...counts.counts]).toEqual([1, 1, 1, 1])
  })

  it('lose no value and count none twice', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (values) => {
        const counts = new BucketCounts(bounds)
        for (const value of values) counts.record(value)
        expect([counts.counts.reduce((sum, count) => sum + count, 0), counts.count]).toEqual([values.length, values.length])
        for (const [index, bound] of bounds.entries())
          expect(counts.counts.slice(0, index + 1).reduce((sum, count) => sum + count, 0)).toBe(
            values.filter((value) => value <= bound).length,
          )
      }),
    )
  })
})
