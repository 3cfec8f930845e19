import { describe, expect, it } from 'vitest'
import { trendOf } from '../../../sdk/src/sampling/trend.ts'

const minutes = (count: number) => Array.from({ length: count }, (_, index) => index * 60_000)

describe('a trend', () => {
  it('is the slope a minute, significant where the measurements rise steadily', () => {
    const trend = trendOf(
      minutes(20),
      minutes(20).map((_, index) => 5 + index * 2 + (index % 2)),
    )
    expect(trend).toMatchObject({ slopePerMinute: expect.closeTo(2, 1), points: 20 })
    expect(trend?.pValue).toBeLessThan(1e-6)
  })

  it('is not moved by a single outlier', () => {
    const values = minutes(20).map((_, index) => 5 + (index % 3))
    values[19] = 1_000
    expect(trendOf(minutes(20), values)?.slopePerMinute).toBeCloseTo(0, 1)
    expect(trendOf(minutes(20), values)?.pValue).toBeGreaterThan(0.1)
  })

  it('is not known from fewer than ten measurements, and is none where all are equal', () => {
    expect(trendOf(minutes(9), minutes(9))).toBeUndefined()
    expect(
      trendOf(
        minutes(12),
        minutes(12).map(() => 3),
      ),
    ).toEqual({ slopePerMinute: 0, pValue: 1, points: 12 })
  })

  it('is called significant at five percent in about five percent of series without one', () => {
    let significant = 0
    const runs = 1_000
    // Park and Miller's generator: every run of the test is the same.
    let state = 1
    const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
    for (let run = 0; run < runs; run++) if ((trendOf(minutes(30), minutes(30).map(random))?.pValue ?? 1) < 0.05) significant++
    expect(significant / runs).toBeGreaterThan(0.03)
    expect(significant / runs).toBeLessThan(0.07)
  })
})
