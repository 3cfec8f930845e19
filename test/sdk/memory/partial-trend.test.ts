import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { partialTrend } from '../../../sdk/src/memory/partial-trend.ts'

const POINTS = 24
const times = Array.from({ length: POINTS }, (_, index) => index)
const value = fc.double({ min: -1, max: 1, noNaN: true })
const series = fc.array(value, { minLength: POINTS, maxLength: POINTS })
/** A cause that goes up and down, and does not rise with time. */
const wave = times.map((time) => Math.sin(time * 2))

describe('the trend of a series beside its causes', () => {
  it('is that of the rest, whatever the cause does to the series', () => {
    fc.assert(
      fc.property(fc.tuple(value, fc.double({ min: -100, max: 100, noNaN: true }), series), ([slope, weight, noise]) => {
        const made = (factor: number) => times.map((time, index) => slope * time + factor * (wave[index] ?? 0) + (noise[index] ?? 0))
        const [without, withCause] = [partialTrend(times, made(0), [wave]), partialTrend(times, made(weight), [wave])]
        expect(withCause.slope).toBeCloseTo(without.slope, 6)
        for (const [index, rest] of withCause.rest.entries()) expect(rest).toBeCloseTo(without.rest[index] ?? NaN, 6)
      }),
    )
  })

  it('is exact where there is no noise', () => {
    const values = times.map((time, index) => 3 * time + 50 * (wave[index] ?? 0) + 7)
    expect(partialTrend(times, values, [wave]).slope).toBeCloseTo(3, 9)
  })

  it('does not change with a cause that is always the same', () => {
    const values = times.map((time) => 3 * time + (time % 3))
    const constant = partialTrend(times, values, [times.map(() => 5)])
    const none = partialTrend(times, values, [])
    expect(constant.slope).toBeCloseTo(none.slope, 9)
    expect(constant.significance).toBeCloseTo(none.significance, 6)
  })

  it('is none where a cause rises as time does, or nearly so', () => {
    const values = times.map((time) => 3 * time)
    expect(partialTrend(times, values, [times])).toMatchObject({ slope: 0, significance: 0 })
    const filling = times.map((time) => 1 - Math.exp(-time / 20))
    expect(partialTrend(times, values, [filling])).toMatchObject({ slope: 0, significance: 0 })
  })

  it('is not significant without a trend', () => {
    expect(Math.abs(partialTrend(times, wave, []).significance)).toBeLessThan(3)
  })

  it('is none of fewer points than there are causes', () => {
    expect(partialTrend([0, 1], [0, 1], [[0, 1]]).significance).toBe(0)
  })
})
