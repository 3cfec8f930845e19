import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changeAt, hourlyMeans, type HourlyMeans, riseOf } from '../../../collector-processor/src/prediction/hourly-level.ts'
import { surroundingsOf } from '../../../collector-processor/src/prediction/surroundings.ts'
import { seeded } from '../../support/random.ts'
import { noise } from './noise.ts'

const level = (steady: readonly number[]): HourlyMeans => ({ offset: 0, steady, cycle: steady.map(() => 1) })
const stepped = (ratio: number, seed = 1): HourlyMeans =>
  level(noise(168, 0, seeded(seed)).map((value, hour) => (1 + 0.05 * value) * (hour < 120 ? 1 : ratio)))

describe('the means of hours', () => {
  it('begin with the first hour that has calls, and fill gaps with the hour before', () => {
    const calls = Array.from({ length: 100 }, (_, hour) => (hour < 10 || hour === 50 ? undefined : 20))
    const means = hourlyMeans(
      calls.map((count, hour) => (count === undefined ? undefined : count * (hour < 50 ? 2 : 3))),
      calls,
    )
    if (!('steady' in means)) throw new Error('not enough hours')
    expect(means.offset).toBe(10)
    expect(means.steady[40]).toBeCloseTo(2)
    expect(means.steady[41]).toBeCloseTo(3)
  })

  it('are not known from 63 hours, from hours with nine calls, or with more gaps than one in five', () => {
    const hours = (count: (hour: number) => number | undefined, length = 168) => {
      const calls = Array.from({ length }, (_, hour) => count(hour))
      return hourlyMeans(calls, calls)
    }
    expect(hours(() => 20, 63)).toEqual({ hours: 63 })
    expect(hours(() => 9)).toEqual({ hours: 0 })
    expect(hours((hour) => (hour % 4 === 1 ? undefined : 20))).toEqual({ hours: 126 })
    expect(hours(() => 20)).toHaveProperty('steady')
  })
})

describe('a rise', () => {
  it('is found with its level before, whatever the unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), fc.double({ min: 1e-4, max: 1e4, noNaN: true }), (seed, unit) => {
        const rise = riseOf(level(stepped(1.5, seed).steady.map((value) => value * unit)))
        expect(rise?.baseline).toBeGreaterThan(0.95 * unit)
        expect(rise?.baseline).toBeLessThan(1.05 * unit)
        expect(Math.abs((rise?.hour ?? 0) - 120)).toBeLessThanOrEqual(3)
      }),
      { numRuns: 20 },
    )
  })

  it('is none when the level fell, or came back', () => {
    expect(riseOf(stepped(0.6))).toBeUndefined()
    expect(riseOf(level(stepped(1.5).steady.map((value, hour) => (hour < 155 ? value : value / 1.5))))).toBeUndefined()
  })
})

describe('the surroundings of a function', () => {
  it('are the median change of functions about as slow', () => {
    const others = [stepped(1.5, 2), stepped(1.48, 3), stepped(1, 4)]
    expect(surroundingsOf(others, stepped(1.5), 120)).toBeCloseTo(1.48, 1)
  })

  it('are not told by what is far quicker or slower', () => {
    const others = [0.01, 20].map((factor) => level(stepped(1.5, 2).steady.map((value) => value * factor)))
    expect(surroundingsOf(others, stepped(1.5), 120)).toBe(1)
  })

  it('have no change where one side is not known', () => {
    expect(changeAt({ ...stepped(1), offset: 118 }, 120)).toBeUndefined()
    expect(changeAt(stepped(1), 167)).toBeUndefined()
  })
})
