import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { levelChange } from '../../../collector-processor/src/prediction/change-point.ts'
import { seeded } from '../../support/random.ts'
import { noise } from './noise.ts'

const series = 100
const day = 24
type Random = () => number

/** Eight days of hours around 1, by kind. */
const kinds: Record<string, (random: Random) => number[]> = {
  'independent points': (random) => noise(192, 0, random).map((value) => 1 + 0.08 * value),
  'neighbours that correlate by 0.5': (random) => noise(192, 0.5, random).map((value) => 1 + 0.08 * value),
  'neighbours that correlate by 0.8': (random) => noise(192, 0.8, random).map((value) => 1 + 0.08 * value),
  'a skewed distribution': (random) => noise(192, 0, random).map((value) => Math.exp(0.15 * value)),
  'a daily cycle': (random) =>
    noise(192, 0, random).map((value, hour) => (1 + 0.05 * value) * (1 + 0.15 * Math.sin((2 * Math.PI * hour) / day))),
  spikes: (random) => noise(192, 0, random).map((value) => (1 + 0.05 * value) * (random() < 0.03 ? 4 : 1)),
}

const stepped = (values: readonly number[], ratio: number): number[] => values.map((value, index) => (index < 96 ? value : value * ratio))

/** Share of series in which a change is seen; with a step, within eight points of it. */
function seen(make: (random: Random) => number[], ratio: number): number {
  let changes = 0
  for (let seed = 1; seed <= series; seed++) {
    const found = levelChange(stepped(make(seeded(seed)), ratio), day)
    if (found.kind === 'changed' && (ratio === 1 || Math.abs(found.index - 96) <= 8)) changes++
  }
  return changes / series
}

describe('a change of level', () => {
  it.each(Object.entries(kinds))('is not seen in a quiet series: %s', (_, make) => {
    expect(seen(make, 1)).toBeLessThanOrEqual(0.02)
  })

  it.each(Object.entries(kinds).filter(([kind]) => !kind.includes('correlate')))(
    'is seen, and where, when it is a fifth: %s',
    (_, make) => {
      expect(seen(make, 1.2)).toBeGreaterThan(0.9)
      expect(seen(make, 1 / 1.2)).toBeGreaterThan(0.9)
    },
  )

  it('is its ratio and its first point', () => {
    const values = Array.from({ length: 80 }, (_, index) => (index < 30 ? 2 : 3))
    const found = levelChange(values, day)
    expect(found).toMatchObject({ kind: 'changed', index: 30, ratio: 1.5 })
    expect(found.kind === 'changed' ? found.probability : 1).toBeLessThan(1e-100)
  })

  it('is none below five percent, nor of a few points', () => {
    const at = (index: number, ratio: number): number[] => Array.from({ length: 80 }, (_, point) => (point < index ? 1 : ratio))
    expect(levelChange(at(40, 1.04), day)).toEqual({ kind: 'no-change' })
    expect(levelChange(at(80, 2), day)).toEqual({ kind: 'no-change' })
    const bump = Array.from({ length: 80 }, (_, point) => (point === 40 || point === 41 ? 9 : 1))
    expect(levelChange(bump, day)).toEqual({ kind: 'no-change' })
  })

  it('does not depend on the unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (seed, unit) => {
        const values = stepped(
          noise(192, 0, seeded(seed)).map((value) => Math.exp(0.1 * value)),
          1.3,
        )
        const [plain, scaled] = [
          levelChange(values, day),
          levelChange(
            values.map((value) => value * unit),
            day,
          ),
        ]
        expect(scaled.kind).toBe(plain.kind)
        if (plain.kind === 'changed' && scaled.kind === 'changed') expect(scaled.ratio).toBeCloseTo(plain.ratio, 6)
      }),
      { numRuns: 30 },
    )
  })

  it('is not judged from fewer than 64 points, or from what is not above zero', () => {
    const ones = Array.from({ length: 64 }, () => 1)
    expect(levelChange(ones, day)).toEqual({ kind: 'no-change' })
    expect(levelChange(ones.slice(1), day)).toEqual({ kind: 'not-known' })
    for (const wrong of [0, -1, NaN, Infinity]) expect(levelChange([...ones, wrong], day)).toEqual({ kind: 'not-known' })
  })
})
