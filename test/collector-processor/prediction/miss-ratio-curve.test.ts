import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  hitRatioAt,
  jointHitRatio,
  type MissRatioCurve,
  missRatioCurve,
  reachable,
  smallestReaching,
} from '../../../collector-processor/src/prediction/miss-ratio-curve.ts'

/** Buckets as Prometheus gives them: any counts below the total, in any order. */
const buckets = fc
  .tuple(fc.uniqueArray(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 1_000_000 }))
  .chain(([edges, all]) =>
    fc
      .array(fc.double({ min: 0, max: all, noNaN: true }), { minLength: edges.length, maxLength: edges.length })
      .map((counts): [number, number][] => [...edges.map((edge, index): [number, number] => [edge, counts[index] ?? 0]), [Infinity, all]]),
  )

function curveOf(given: readonly (readonly [number, number])[]): MissRatioCurve {
  const curve = missRatioCurve(given)
  if (curve === undefined) throw new Error('no curve')
  return curve
}

describe('a miss-ratio curve', () => {
  it('is a hit ratio between 0 and 1 that never falls with the size', () => {
    fc.assert(
      fc.property(buckets, fc.array(fc.double({ min: 0, max: 200_000, noNaN: true }), { minLength: 2, maxLength: 20 }), (given, sizes) => {
        const curve = curveOf(given)
        const ratios = sizes.toSorted((a, b) => a - b).map((size) => hitRatioAt(curve, size))
        for (const [index, ratio] of ratios.entries()) {
          expect(ratio).toBeGreaterThanOrEqual(ratios[index - 1] ?? 0)
          expect(ratio).toBeLessThanOrEqual(1)
        }
      }),
    )
  })

  it('is exact at its edges and straight between them', () => {
    const curve = curveOf([
      [10, 20],
      [20, 60],
      [Infinity, 100],
    ])
    expect([0, 5, 10, 15, 20, 1_000].map((size) => hitRatioAt(curve, size))).toEqual([0, 0.1, 0.2, 0.4, 0.6, 0.6])
    expect(reachable(curve)).toBe(0.6)
  })

  it('does not depend on the order in which the buckets come', () => {
    fc.assert(
      fc.property(buckets, (given) => {
        expect(curveOf(given.toReversed())).toEqual(curveOf(given))
      }),
    )
  })

  it('finds the smallest edge that reaches a ratio, and none when nothing does', () => {
    fc.assert(
      fc.property(buckets, fc.double({ min: 0, max: 1, noNaN: true }), (given, target) => {
        const curve = curveOf(given)
        const found = smallestReaching(curve, target)
        if (found === undefined) expect(reachable(curve)).toBeLessThan(target)
        else for (const edge of curve.edges) expect(hitRatioAt(curve, edge) >= target).toBe(edge >= found)
      }),
    )
  })

  it('is limited by entries or by time, whichever serves less', () => {
    const entries = curveOf([
      [10, 30],
      [100, 80],
      [Infinity, 100],
    ])
    const ages = curveOf([
      [1, 50],
      [60, 70],
      [Infinity, 100],
    ])
    expect(jointHitRatio(entries, ages, { entries: 10, seconds: 60 })).toBe(0.3)
    expect(jointHitRatio(entries, ages, { entries: 100, seconds: 1 })).toBe(0.5)
    expect(jointHitRatio(entries, ages, { entries: Infinity, seconds: Infinity })).toBe(0.7)
  })

  it('is none without requests or without their number', () => {
    expect(missRatioCurve([])).toBeUndefined()
    expect(
      missRatioCurve([
        [10, 0],
        [Infinity, 0],
      ]),
    ).toBeUndefined()
    expect(missRatioCurve([[10, 5]])).toBeUndefined()
  })
})
