import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exponential, seededRandom, weighted, zipfProbabilities } from '../../../collector-processor/src/demo/random.ts'

describe('seededRandom', () => {
  test('gives the same numbers for the same seed, and others for another', () => {
    const draw = (seed: number) => Array.from({ length: 20 }, seededRandom(seed))
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
  })

  test('stays in [0, 1) for every seed', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const values = Array.from({ length: 50 }, seededRandom(seed))
        expect(values.every((value) => value >= 0 && value < 1)).toBe(true)
      }),
    )
  })
})

test('exponential gaps have the mean that was asked for', () => {
  const random = seededRandom(1)
  const gaps = Array.from({ length: 20_000 }, () => exponential(random, 40))
  expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeCloseTo(40, -0.5)
})

test('probabilities by Zipf add up to one and fall with the rank', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 2, noNaN: true }), (keys, exponent) => {
      const probabilities = zipfProbabilities(keys, exponent)
      expect(probabilities).toHaveLength(keys)
      expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9)
      expect(probabilities).toEqual(probabilities.toSorted((a, b) => b - a))
    }),
  )
})

test('weighted draws follow their probabilities and never leave the list', () => {
  const draw = weighted(seededRandom(3), [0.5, 0.3, 0.2])
  const counts = [0, 0, 0]
  for (let round = 0; round < 30_000; round++) {
    const index = draw()
    counts[index] = (counts[index] ?? NaN) + 1
  }
  expect(counts.map((count) => Math.round(count / 3_000) / 10)).toEqual([0.5, 0.3, 0.2])
})
