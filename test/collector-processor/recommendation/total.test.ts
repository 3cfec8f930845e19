import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Estimate, Recommendation, Saving } from '../../../collector-processor/src/recommendation/recommendation.ts'
import { combined, totals } from '../../../collector-processor/src/recommendation/total.ts'
import { seeded } from '../../support/random.ts'
import { sampleRecommendation } from '../../support/recommendations.ts'

const saving = (lower: number, likely = lower, upper = likely): Saving => ({ unit: 's/s', lower, likely, upper })
const of = (id: string, changes: Partial<Recommendation>): Recommendation => sampleRecommendation({ id, subject: id, ...changes })

const estimates = fc.array(
  fc
    .tuple(
      fc.double({ min: -10, max: 10, noNaN: true }),
      fc.double({ min: 0, max: 5, noNaN: true }),
      fc.double({ min: 0, max: 5, noNaN: true }),
    )
    .map(([likely, below, above]): Estimate => ({ lower: likely - below, likely, upper: likely + above })),
  { minLength: 1, maxLength: 20 },
)

describe('the interval of a sum', () => {
  it('is narrower than the sum of the bounds, and no narrower than its widest part', () => {
    fc.assert(
      fc.property(estimates, (parts) => {
        const { lower, likely, upper } = combined(parts)
        const [below, above] = [parts.map((part) => part.likely - part.lower), parts.map((part) => part.upper - part.likely)]
        const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
        expect(likely).toBeCloseTo(sum(parts.map((part) => part.likely)), 6)
        expect(likely - lower).toBeLessThanOrEqual(sum(below) + 1e-9)
        expect(upper - likely).toBeLessThanOrEqual(sum(above) + 1e-9)
        expect(likely - lower).toBeGreaterThanOrEqual(Math.max(...below) - 1e-9)
        expect(upper - likely).toBeGreaterThanOrEqual(Math.max(...above) - 1e-9)
      }),
    )
  })

  it('is the estimate itself where there is one, and does not depend on their order', () => {
    fc.assert(
      fc.property(estimates, (parts) => {
        const [one = { lower: 0, likely: 0, upper: 0 }] = parts
        for (const bound of ['lower', 'likely', 'upper'] as const) {
          expect(combined([one])[bound]).toBeCloseTo(one[bound], 9)
          expect(combined(parts.toReversed())[bound]).toBeCloseTo(combined(parts)[bound], 6)
        }
      }),
    )
  })

  it('holds the true sum about 19 times in 20 where the errors are independent', () => {
    const chance = seeded(11)
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance())
    let inside = 0
    for (let trial = 0; trial < 2_000; trial++) {
      const parts = Array.from({ length: 6 }, () => {
        const [truth, deviation] = [chance() * 4, chance()]
        const likely = truth + normal() * deviation
        return { truth, lower: likely - 1.96 * deviation, likely, upper: likely + 1.96 * deviation }
      })
      const { lower, upper } = combined(parts)
      const truth = parts.reduce((sum, part) => sum + part.truth, 0)
      inside += Number(lower <= truth && truth <= upper)
    }
    expect(inside / 2_000).toBeGreaterThan(0.935)
    expect(inside / 2_000).toBeLessThan(0.965)
  })
})

describe('what changes save together', () => {
  it('adds each unit for itself, what is open, and gains on the same subject once', () => {
    const list = [
      of('a', { saving: saving(1, 2, 3) }),
      of('b', { subject: 'a', saving: saving(0.5, 9, 9) }),
      of('c', { saving: saving(1, 1, 1) }),
      of('d', { saving: saving(5), state: 'verified' }),
      of('e', { saving: { unit: 'By', lower: 1e9, likely: 1e9, upper: 1e9 } }),
      of('f', { subject: 'a', saving: { unit: 'By', lower: 1e9, likely: 2e9, upper: 2e9 } }),
    ]
    expect(totals(list)).toEqual([
      { unit: 's/s', lower: 2, likely: 3, upper: 4 },
      { unit: 'By', lower: 2e9, likely: 3e9, upper: 3e9 },
    ])
  })

  it('counts the larger one where one subject calls the other, and both where they only share a caller', () => {
    const waitsFor = [{ id: 'a', why: 'a calls it' }]
    const list = [of('a', { saving: saving(1) }), of('b', { saving: saving(3), waitsFor }), of('c', { saving: saving(2), waitsFor })]
    expect(totals(list)).toEqual([{ unit: 's/s', lower: 5, likely: 5, upper: 5 }])
  })

  it('lets a function that calls all others not keep their gains out', () => {
    const callees = ['b', 'c', 'd'].map((id) => of(id, { saving: saving(2), waitsFor: [{ id: 'a', why: 'a calls it' }] }))
    expect(totals([of('a', { saving: saving(5) }), ...callees])[0]?.lower).toBe(6)
    expect(totals([of('a', { saving: saving(7) }), ...callees])[0]?.lower).toBe(7)
  })

  it('is never more than all of them, nor less than the largest lower bound', () => {
    const some = fc.array(
      fc.record({
        subject: fc.constantFrom('a', 'b', 'c'),
        lower: fc.double({ min: 0, max: 9, noNaN: true }),
        width: fc.double({ min: 0, max: 5, noNaN: true }),
      }),
      { minLength: 1, maxLength: 8 },
    )
    fc.assert(
      fc.property(some, (given) => {
        const list = given.map(({ subject, lower, width }, index) => of(String(index), { subject, saving: saving(lower, lower + width) }))
        const [total] = totals(list)
        expect(total?.lower).toBeGreaterThanOrEqual(Math.max(...given.map(({ lower }) => lower)) - 1e-9)
        expect(total?.likely).toBeLessThanOrEqual(given.reduce((sum, { lower, width }) => sum + lower + width, 0) + 1e-9)
      }),
    )
  })
})
