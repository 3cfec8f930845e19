import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Checked, corrected, correction, noCorrection, uncorrected } from '../../../collector-processor/src/prediction/correction.ts'
import { seeded } from '../../support/random.ts'

const predicted = fc
  .record({ likely: fc.double({ min: 0.01, max: 10, noNaN: true }), width: fc.double({ min: 0.001, max: 5, noNaN: true }) })
  .map(({ likely, width }) => ({ lower: likely - width, likely, upper: likely + width }))
const verdicts = fc.array(fc.record({ predicted, actual: fc.double({ min: -5, max: 20, noNaN: true }) }), { maxLength: 40 })

/** Verdicts of a rule whose truth is so much of what it claims, and whose errors are so many times what its interval says. */
function record(count: number, truth: number, spread: number, random: () => number): Checked[] {
  return Array.from({ length: count }, () => {
    const [likely, deviation] = [0.5 + random(), 0.05 + 0.05 * random()]
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    const half = 1.96 * deviation * likely
    const actual = likely * truth + normal * deviation * likely * spread
    return { predicted: { lower: likely - half, likely, upper: likely + half }, actual }
  })
}

/** Mean correction of many records, and how many of next predictions hold the truth with it. */
function tried(count: number, truth: number, spread: number): { likely: number; width: number; without: number; coverage: number } {
  const random = seeded(5)
  const trials = 1_000
  const sum = { likely: 0, width: 0, without: 0, coverage: 0 }
  for (let trial = 0; trial < trials; trial++) {
    const found = correction(record(count, truth, spread, random))
    const [next = { predicted: { lower: 0, likely: 0, upper: 0 }, actual: 0 }] = record(1, truth, spread, random)
    const claim = corrected(next.predicted, found)
    sum.likely += found.likely / trials
    sum.width += found.width / trials
    sum.without += Number(next.predicted.lower <= next.actual && next.actual <= next.predicted.upper) / trials
    sum.coverage += Number(claim.lower <= next.actual && next.actual <= claim.upper) / trials
  }
  return sum
}

describe('what the record of a rule does to its next claim', () => {
  it('is bounded, whatever the verdicts were', () => {
    fc.assert(
      fc.property(verdicts, (checked) => {
        const { likely, width } = correction(checked)
        expect(likely).toBeGreaterThanOrEqual(0.5)
        expect(likely).toBeLessThanOrEqual(1)
        expect(width).toBeGreaterThanOrEqual(1)
        expect(width).toBeLessThanOrEqual(3)
      }),
    )
  })

  it('is nothing with fewer than five verdicts, and nothing where all predictions were right', () => {
    fc.assert(
      fc.property(verdicts, (checked) => {
        expect(correction(checked.slice(0, 4))).toBe(noCorrection)
      }),
    )
    fc.assert(
      fc.property(fc.array(predicted, { minLength: 5, maxLength: 30 }), (claims) => {
        expect(correction(claims.map((claim) => ({ predicted: claim, actual: claim.likely })))).toEqual({ likely: 1, width: 1 })
      }),
    )
  })

  it('never raises a claim, and never narrows its interval beyond the lowering', () => {
    fc.assert(
      fc.property(verdicts, predicted, (checked, claim) => {
        const found = correction(checked)
        const { lower, likely, upper } = corrected(claim, found)
        expect(likely).toBeLessThanOrEqual(claim.likely)
        expect(lower).toBeLessThanOrEqual(likely)
        expect(upper).toBeGreaterThanOrEqual(likely)
        expect(upper - lower).toBeGreaterThanOrEqual((claim.upper - claim.lower) * found.likely - 1e-9)
      }),
    )
  })

  it('can be taken back', () => {
    fc.assert(
      fc.property(verdicts, predicted, (checked, claim) => {
        const found = correction(checked)
        const again = uncorrected(corrected(claim, found), found)
        for (const bound of ['lower', 'likely', 'upper'] as const) expect(again[bound]).toBeCloseTo(claim[bound], 9)
      }),
    )
  })

  it('does not depend on one verdict that was far off', () => {
    const right = record(12, 1, 1, seeded(3))
    const broken = { predicted: { lower: 0.9, likely: 1, upper: 1.1 }, actual: -1_000 }
    expect(correction([...right, broken]).likely).toBeGreaterThan(0.97)
    expect(correction([...right, broken]).width).toBeLessThan(2)
  })

  it('leaves a calibrated rule nearly alone', () => {
    const { likely, width, coverage } = tried(14, 1, 1)
    expect(likely).toBeGreaterThan(0.98)
    expect(width).toBeLessThan(1.15)
    expect(coverage).toBeGreaterThan(0.94)
  })

  it('brings the next claims of a rule that promises too much back to the truth, the more the more verdicts there are', () => {
    const [few, many] = [tried(6, 0.7, 1), tried(40, 0.7, 1)]
    expect(many.likely).toBeLessThan(few.likely)
    expect(many.likely).toBeGreaterThan(0.69)
    expect(many.likely).toBeLessThan(0.76)
    expect(few.coverage).toBeGreaterThan(few.without + 0.5)
    expect(many.coverage).toBeGreaterThan(0.85)
  })

  it('widens the interval of a rule that is surer than it should be', () => {
    const { width, without, coverage } = tried(14, 1, 2)
    expect(width).toBeGreaterThan(1.5)
    expect(coverage).toBeGreaterThan(without + 0.15)
  })
})
