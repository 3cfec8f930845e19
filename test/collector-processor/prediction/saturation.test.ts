import { describe, expect, it } from 'vitest'
import { saturation } from '../../../collector-processor/src/prediction/saturation.ts'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { seeded } from '../../support/random.ts'
import { noise } from './noise.ts'

const WEEK = 168
const span: Span = { end: 10_000_000, blockSeconds: 300, blocks: 60, windowBlocks: 12 }
const DAY = 86_400
/** Hours of a week: a level of each, a daily cycle and noise whose neighbours correlate by a half. */
const week = (seed: number, level: (hour: number) => number, cycle = 0.1): number[] =>
  noise(WEEK, 0.5, seeded(seed)).map((value, hour) => level(hour) * (1 + cycle * Math.sin((2 * Math.PI * hour) / 24)) + 0.01 * value)
const seeds = Array.from({ length: 100 }, (_, index) => index + 1)
const fills = (level: (hour: number) => number, cycle?: number): number =>
  seeds.filter((seed) => saturation(week(seed, level, cycle), 0.9, span).kind === 'fills').length

describe('the time at which something is full', () => {
  it('is that of the busiest hour, and inside its interval', () => {
    // The line reaches 0.9 / 1.1 nine days after the beginning of the week, two from now.
    const perHour = (0.9 / 1.1 - 0.3) / (9 * 24)
    const truth = span.end + 2 * DAY
    const found = seeds.flatMap((seed) => {
      const one = saturation(
        week(seed, (hour) => 0.3 + perHour * hour),
        0.9,
        span,
      )
      return one.kind === 'fills' ? [one] : []
    })
    expect(found.length).toBeGreaterThanOrEqual(98)
    const inside = found.filter(({ earliest, latest }) => earliest <= truth && latest >= truth)
    expect(inside.length).toBeGreaterThanOrEqual(0.93 * found.length)
  })

  it('is now for what is full already and still grows', () => {
    expect(
      saturation(
        week(1, (hour) => 0.6 + 0.002 * hour, 0),
        0.9,
        span,
      ),
    ).toMatchObject({ kind: 'fills', likely: span.end })
  })

  it.each([
    ['a level that stays', (): number => 0.7],
    ['a step', (hour: number): number => (hour < 60 ? 0.3 : 0.7)],
    ['a late step', (hour: number): number => (hour < 120 ? 0.3 : 0.7)],
    ['a start that levels off', (hour: number): number => 0.7 * (1 - Math.exp(-hour / 12))],
    ['a week-end, then week-days', (hour: number): number => (hour < 48 ? 0.3 : 0.7)],
    ['what is emptied every two days', (hour: number): number => 0.3 + 0.01 * (hour % 48)],
    ['what falls', (hour: number): number => 0.85 - 0.003 * hour],
  ])('is none for %s', (_, level) => {
    expect(fills(level)).toBeLessThanOrEqual(2)
  })

  it('is not said beyond two weeks', () => {
    expect(fills((hour) => 0.3 + 0.0003 * hour)).toBe(0)
  })

  it('is not known from less than three days, or with more than an hour in five missing', () => {
    const grows = week(1, (hour) => 0.3 + 0.003 * hour)
    expect(saturation(grows.slice(-71), 0.9, span)).toEqual({ kind: 'not-known', hours: 71 })
    const gaps = grows.map((share, hour) => (hour % 4 === 1 ? undefined : share))
    expect(saturation(gaps, 0.9, span)).toEqual({ kind: 'not-known', hours: 126 })
    expect(saturation([], 0.9, span)).toEqual({ kind: 'not-known', hours: 0 })
  })
})
