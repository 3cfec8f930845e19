import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forecastReach, type Reach } from '../../../collector-processor/src/prediction/forecast.ts'
import { seeded } from '../../support/random.ts'
import { noise } from './noise.ts'

const now = 1_800_000_000
const hour = 3_600
const straight = (count: number, start: number, slope: number): number[] =>
  Array.from({ length: count }, (_, block) => start + slope * block)

/** Two days of hours in which the level rises by one an hour, from 0 to 48, with noise. */
function noisy(seed: number, correlation: number, limit = 96): Reach {
  const values = noise(48, correlation, seeded(seed)).map((value, block) => block + 0.5 + 4 * value)
  return forecastReach({ values, blockSeconds: hour, limit, now, withinDays: 30 })
}

describe('the time at which a limit is reached', () => {
  it('is where the line goes through it', () => {
    const reach = forecastReach({ values: straight(24, 10, 2), blockSeconds: hour, limit: 57 + 2 * 10, now, withinDays: 7 })
    const expected = expect.closeTo(now + 10 * hour, 3)
    expect(reach).toEqual({ kind: 'reaches', earliest: expected, likely: expected, latest: expected })
  })

  it.each([0, 0.5])('is inside its interval about 19 times in 20 when neighbours correlate by %d', (correlation) => {
    let inside = 0
    let given = 0
    for (let seed = 1; seed <= 1_000; seed++) {
      const reach = noisy(seed, correlation)
      if (reach.kind !== 'reaches') continue
      given++
      const truth = now + 48 * hour
      if (reach.earliest <= truth && truth <= reach.latest) inside++
    }
    expect(given).toBeGreaterThan(900)
    expect(inside / given).toBeGreaterThan(0.93)
  })

  it('has its ends in order, the late one further away', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 70, max: 500 }), (seed, limit) => {
        const reach = noisy(seed, 0, limit)
        if (reach.kind !== 'reaches') return
        expect(reach.earliest).toBeGreaterThanOrEqual(now)
        expect(reach.likely).toBeGreaterThan(reach.earliest)
        expect(reach.latest - reach.likely).toBeGreaterThan(reach.likely - reach.earliest)
      }),
    )
  })

  it('comes later for a higher limit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 70, max: 300 }), (seed, limit) => {
        const [near, far] = [noisy(seed, 0, limit), noisy(seed, 0, limit + 10)]
        if (near.kind === 'reaches' && far.kind === 'reaches') expect(far.likely).toBeGreaterThan(near.likely)
      }),
    )
  })

  it('is not given for later than was asked', () => {
    const values = straight(24, 0, 1)
    const reach = forecastReach({ values, blockSeconds: hour, limit: 24 * 9, now, withinDays: 7 })
    expect(reach).toEqual({ kind: 'not-within', days: 7 })
    expect(forecastReach({ values, blockSeconds: hour, limit: 24 * 9, now, withinDays: 9 }).kind).toBe('reaches')
  })

  it('is not given for what falls', () => {
    const reach = forecastReach({ values: straight(24, 50, -1), blockSeconds: hour, limit: 60, now, withinDays: 7 })
    expect(reach).toEqual({ kind: 'not-within', days: 7 })
  })

  it('is past when the level is there', () => {
    expect(forecastReach({ values: straight(24, 0, 1), blockSeconds: hour, limit: 20, now, withinDays: 7 })).toEqual({ kind: 'reached' })
  })

  it('is not given without a trend or without enough blocks', () => {
    expect(forecastReach({ values: straight(24, 5, 0), blockSeconds: hour, limit: 6, now, withinDays: 7 })).toEqual({ kind: 'no-trend' })
    expect(forecastReach({ values: [1, 2, 3], blockSeconds: hour, limit: 6, now, withinDays: 7 })).toEqual({ kind: 'too-few-blocks' })
  })

  it('is seen by chance in a quantity that stays where it is less than once in fifty', () => {
    let wrong = 0
    for (let seed = 1; seed <= 1_000; seed++) {
      const values = noise(96, 0.5, seeded(seed)).map((value) => 50 + value)
      if (forecastReach({ values, blockSeconds: hour, limit: 60, now, withinDays: 365 }).kind === 'reaches') wrong++
    }
    expect(wrong / 1_000).toBeLessThan(0.02)
  })
})
