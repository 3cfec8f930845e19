import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { trendOf } from '../../../collector-processor/src/prediction/trend.ts'
import { seeded } from '../../support/random.ts'
import { noise } from './noise.ts'

const rising = (count: number, slope: number, deviation: number, correlation: number, seed: number): number[] =>
  noise(count, correlation, seeded(seed)).map((value, block) => 100 + slope * block + deviation * value)

/** Share of 1,000 series in which a trend is seen. */
function seen(count: number, slope: number, correlation: number): number {
  let trends = 0
  for (let seed = 1; seed <= 1_000; seed++) if (trendOf(rising(count, slope, 1, correlation, seed), 60).kind === 'trend') trends++
  return trends / 1_000
}

describe('the trend over blocks', () => {
  it('is the slope per second', () => {
    const values = Array.from({ length: 20 }, (_, block) => 5 + 3 * block)
    expect(trendOf(values, 60)).toMatchObject({ kind: 'trend', perSecond: { likely: expect.closeTo(0.05, 9) } })
    expect(trendOf(values.toReversed(), 60)).toMatchObject({ kind: 'trend', perSecond: { likely: expect.closeTo(-0.05, 9) } })
  })

  it.each([
    [24, 0, 0.02],
    [24, 0.5, 0.02],
    [24, 0.8, 0.02],
    [96, 0, 0.02],
    [96, 0.5, 0.02],
    [96, 0.8, 0.02],
  ])('is not seen in %d blocks of chance whose neighbours correlate by %d', (count, correlation, share) => {
    expect(seen(count, 0, correlation)).toBeLessThanOrEqual(share)
  })

  it('is seen when it is a few times the noise, in spite of what neighbours have in common', () => {
    expect(seen(24, 0.2, 0)).toBeGreaterThan(0.85)
    expect(seen(96, 0.1, 0.5)).toBeGreaterThan(0.95)
  })

  it('is inside its interval about 19 times in 20', () => {
    let inside = 0
    let trends = 0
    for (let seed = 1; seed <= 1_000; seed++) {
      const trend = trendOf(rising(96, 0.1, 1, 0.5, seed), 1)
      if (trend.kind !== 'trend') continue
      trends++
      if (trend.perSecond.lower <= 0.1 && trend.perSecond.upper >= 0.1) inside++
    }
    expect(inside / trends).toBeGreaterThan(0.93)
  })

  it('is none in a constant, however it is rounded', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }),
        fc.integer({ min: 8, max: 60 }),
        (value, count) => {
          expect(
            trendOf(
              Array.from({ length: count }, () => value),
              60,
            ),
          ).toEqual({ kind: 'no-trend' })
        },
      ),
    )
  })

  it('turns with its data and grows with their scale', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0.01, max: 100, noNaN: true }), (seed, factor) => {
        const values = rising(24, 0.3, 1, 0, seed)
        const trend = trendOf(values, 60)
        const other = trendOf(
          values.map((value) => -factor * value),
          60,
        )
        expect(other.kind).toBe(trend.kind)
        if (trend.kind !== 'trend' || other.kind !== 'trend') return
        expect(other.perSecond.likely / factor).toBeCloseTo(-trend.perSecond.likely, 9)
        expect(other.perSecond.lower / factor).toBeCloseTo(-trend.perSecond.upper, 9)
      }),
    )
  })

  it('goes over gaps', () => {
    const values = Array.from({ length: 30 }, (_, block) => (block % 3 === 1 ? undefined : 2 * block))
    expect(trendOf(values, 1)).toMatchObject({ kind: 'trend', perSecond: { likely: expect.closeTo(2, 9) } })
  })

  it('is not judged from fewer than eight blocks', () => {
    expect(trendOf([1, 2, 3, 4, 5, 6, 7], 60)).toEqual({ kind: 'too-few-blocks' })
    expect(trendOf([1, 2, 3, undefined, 5, 6, 7, 8], 60)).toEqual({ kind: 'too-few-blocks' })
    expect(trendOf([], 60)).toEqual({ kind: 'too-few-blocks' })
  })
})
