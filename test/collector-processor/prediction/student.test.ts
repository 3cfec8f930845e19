import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { studentT } from '../../../collector-processor/src/prediction/interval.ts'
import { studentTails } from '../../../collector-processor/src/prediction/student.ts'

const distances = fc.double({ min: 0, max: 50, noNaN: true })
const degrees = fc.double({ min: 0.5, max: 500, noNaN: true })

describe("the tails of Student's t", () => {
  it('are those of the closed forms for one, two and four degrees of freedom', () => {
    fc.assert(
      fc.property(distances, (t) => {
        expect(studentTails(t, 1)).toBeCloseTo(1 - (2 / Math.PI) * Math.atan(t), 11)
        expect(studentTails(t, 2)).toBeCloseTo(1 - t / Math.sqrt(2 + t * t), 11)
        const share = t / Math.sqrt(4 + t * t)
        expect(studentTails(t, 4)).toBeCloseTo(1 - (share * (3 - share * share)) / 2, 11)
      }),
    )
  })

  it('are one in twenty at the quantile that intervals take', () => {
    for (let count = 1; count <= 60; count++) expect(studentTails(studentT(count), count)).toBeCloseTo(0.05, 3)
  })

  it('come close to those of the normal distribution with many degrees of freedom', () => {
    expect(studentTails(1.959964, 1e5)).toBeCloseTo(0.05, 5)
    expect(studentTails(3.290527, 1e5)).toBeCloseTo(0.001, 5)
  })

  it('never grow with the distance nor with the degrees of freedom, and are the same on both sides', () => {
    fc.assert(
      fc.property(distances, degrees, (t, count) => {
        const tails = studentTails(t, count)
        expect(tails).toBeGreaterThanOrEqual(0)
        expect(tails).toBeLessThanOrEqual(1)
        expect(studentTails(-t, count)).toBe(tails)
        expect(studentTails(t + 0.1, count)).toBeLessThanOrEqual(tails + 1e-13)
        expect(studentTails(t, count + 1)).toBeLessThanOrEqual(tails + 1e-11)
      }),
    )
  })

  it('are everything at zero and nothing at infinity', () => {
    expect(studentTails(0, 5)).toBe(1)
    expect(studentTails(Infinity, 5)).toBe(0)
    expect(studentTails(1e200, 5)).toBe(0)
  })
})
