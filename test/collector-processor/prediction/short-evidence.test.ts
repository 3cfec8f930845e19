import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hitRatioAt, missRatioCurve } from '../../../collector-processor/src/prediction/miss-ratio-curve.ts'
import { correctForShortEvidence } from '../../../collector-processor/src/prediction/short-evidence.ts'
import { ageBuckets } from '../../../sdk/src/contract/buckets.ts'

/** Ages of 100 requests, by the hits at each edge. */
function ages(hits: (edge: number) => number): NonNullable<ReturnType<typeof missRatioCurve>> {
  const curve = missRatioCurve([...ageBuckets.map((edge): [number, number] => [edge, hits(edge) * 100]), [Infinity, 100]])
  if (curve === undefined) throw new Error('no curve')
  return curve
}

/** A key that comes back at random, so many times a second: it is loaded once in each time to live. */
const random = (perSecond: number) => (edge: number) => (perSecond * edge) / (1 + perSecond * edge)

describe('the correction for short evidence', () => {
  it('lowers what nobody can have seen: after eight seconds no entry of eight seconds was loaded again', () => {
    // One access a second, seen for eight seconds: seven of eight hit, whatever the time to live beyond.
    const seen = ages((edge) => Math.min(random(1)(edge), 7 / 8) + (edge >= 8 ? 0.1 : 0))
    const corrected = correctForShortEvidence(seen, 8)
    expect(hitRatioAt(seen, 8)).toBeCloseTo(0.975, 3)
    expect(hitRatioAt(corrected, 8)).toBeCloseTo(0.9, 3)
  })

  it('leaves what long evidence has seen', () => {
    const seen = ages(random(1))
    expect(correctForShortEvidence(seen, 7 * 86_400)).toEqual(seen)
  })

  it('leaves what random arrivals show, however short the evidence is', () => {
    const seen = ages(random(3))
    for (const edge of ageBuckets) expect(hitRatioAt(correctForShortEvidence(seen, 8), edge)).toBeCloseTo(hitRatioAt(seen, edge), 9)
  })

  it('never raises a hit ratio, and never lets one fall with the time to live', () => {
    const ratios = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: ageBuckets.length, maxLength: ageBuckets.length })
    fc.assert(
      fc.property(ratios, fc.double({ min: 0.1, max: 1e6, noNaN: true }), (values, seconds) => {
        const seen = ages((edge) => values[ageBuckets.findIndex((bucket) => bucket === edge)] ?? 0)
        const corrected = correctForShortEvidence(seen, seconds).hitRatios
        for (const [index, ratio] of corrected.entries()) {
          expect(ratio).toBeLessThanOrEqual(seen.hitRatios[index] ?? 0)
          expect(ratio).toBeGreaterThanOrEqual(corrected[index - 1] ?? 0)
        }
      }),
    )
  })
})
