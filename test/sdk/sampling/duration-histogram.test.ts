import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calls } from '../../../sdk/src/contract/index.ts'
import { DurationHistogram, exportedCounts, quantile } from '../../../sdk/src/sampling/duration-histogram.ts'

const durations = fc.array(fc.double({ min: 1e-4, max: 2e6, noNaN: true }), { minLength: 1, maxLength: 200 })
const seconds = calls.duration.buckets
const toMs = (bound: number) => bound * 1_000
const bounds = seconds.map(toMs)

describe('a histogram of durations', () => {
  it.each([calls.duration, calls.blocking])('exports exact counts, also for durations that lie on a bound: $name', ({ buckets }) => {
    const own = [...buckets.map(toMs), Infinity]
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double({ min: 0, max: 2e6, noNaN: true }), fc.constantFrom(...bounds))), (all) => {
        const histogram = new DurationHistogram()
        for (const duration of all) histogram.record(Float64Array.of(duration), 2)
        const expected = own.map(
          (bound, index) => 2 * all.filter((duration) => duration <= bound && duration > (own[index - 1] ?? -1)).length,
        )
        expect([...exportedCounts(buckets, histogram)]).toEqual(expected)
      }),
    )
  })

  it('gives percentiles that are off by no more than the width of a bucket', () => {
    fc.assert(
      fc.property(durations, fc.double({ min: 0.01, max: 1, noNaN: true }), (all, q) => {
        const histogram = new DurationHistogram()
        for (const duration of all) histogram.record(Float64Array.of(duration), 1)
        const exact = all.toSorted((a, b) => a - b)[Math.ceil(q * all.length) - 1] ?? 0
        const found = quantile(histogram.counts ?? new Float64Array(), q)
        expect(Math.abs(found - exact) / exact).toBeLessThanOrEqual(0.1251)
      }),
    )
  })

  it('takes no memory before the first duration, and keeps what lies outside of its range in the outermost buckets', () => {
    const histogram = new DurationHistogram()
    expect(histogram.counts).toBeUndefined()
    histogram.record(Float64Array.of(0), 1)
    histogram.record(Float64Array.of(1e9), 1)
    expect(exportedCounts(seconds, histogram).at(0)).toBe(1)
    expect(exportedCounts(seconds, histogram).at(-1)).toBe(1)
  })
})
