import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Weighted } from '../../../collector-processor/src/prediction/interval.ts'
import { mean } from '../../../collector-processor/src/prediction/moments.ts'
import { steadied } from '../../../collector-processor/src/prediction/steadied.ts'
import { seeded } from '../../support/random.ts'

const weighted = (values: readonly number[]): Weighted[] => values.map((value) => ({ value, weight: 1 }))
const values = fc.array(fc.double({ min: 0.1, max: 100, noNaN: true }), { minLength: 2, maxLength: 24 })

describe('the level of a window that was looked at because it stood out', () => {
  it('lies between its own mean and that of the windows before', () => {
    fc.assert(
      fc.property(values, values, (window, earlier) => {
        const level = steadied(weighted(window), weighted(earlier))
        const [own, usual] = [mean(window), mean(earlier)]
        expect(level).toBeGreaterThanOrEqual(Math.min(own, usual) - 1e-9)
        expect(level).toBeLessThanOrEqual(Math.max(own, usual) + 1e-9)
      }),
    )
  })

  it('is its own mean where nothing is known of before', () => {
    fc.assert(fc.property(values, (window) => void expect(steadied(weighted(window), [])).toBeCloseTo(mean(window), 9)))
  })

  it('keeps a step that noise does not explain', () => {
    const noisy = (level: number): Weighted[] =>
      weighted(Array.from({ length: 12 }, (_, index) => level + (index % 2 === 0 ? 0.05 : -0.05)))
    expect(steadied(noisy(2), noisy(1))).toBeGreaterThan(1.99)
  })

  it('takes most of the luck out of the worst of many windows, and costs little where none was chosen', () => {
    const random = seeded(4)
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    const draw = (count: number): Weighted[] => weighted(Array.from({ length: count }, () => 1 + 0.3 * normal()))
    const biases = { raw: 0, steadied: 0, unchosen: 0 }
    for (let trial = 0; trial < 300; trial++) {
      const windows = Array.from({ length: 20 }, () => draw(12)).toSorted(
        (a, b) => mean(b.map(({ value }) => value)) - mean(a.map(({ value }) => value)),
      )
      const [worst = [], another = []] = [windows[0], draw(12)]
      biases.raw += (mean(worst.map(({ value }) => value)) - 1) / 300
      biases.steadied += (steadied(worst, draw(48)) - 1) / 300
      biases.unchosen += (steadied(another, draw(48)) - 1) / 300
    }
    expect(biases.raw).toBeGreaterThan(0.13)
    expect(biases.steadied).toBeLessThan(biases.raw * 0.8)
    expect(Math.abs(biases.unchosen)).toBeLessThan(0.02)
  })
})
