import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { estimate, scaled } from '../../../collector-processor/src/prediction/estimate.ts'
import { seeded } from '../../support/random.ts'

const constant = (value: number, length: number): number[] => Array.from({ length }, () => value)

describe('an estimate', () => {
  it('is amount by requests, with lower ≤ likely ≤ upper', () => {
    const block = fc.record({ amount: fc.double({ min: 0, max: 100, noNaN: true }), requests: fc.integer({ min: 0, max: 1_000 }) })
    fc.assert(
      fc.property(fc.array(block, { maxLength: 40 }), (blocks) => {
        const result = estimate({
          amounts: blocks.map(({ amount }) => amount),
          requests: blocks.map(({ requests }) => requests),
          windowBlocks: 12,
          floor: 0.005,
        })
        const present = blocks.slice(-12).filter(({ requests }) => requests > 0)
        expect(result === undefined).toBe(present.length < 3)
        if (result === undefined) return
        expect(result.lower).toBeLessThan(result.likely)
        expect(result.likely).toBeLessThan(result.upper)
      }),
    )
  })

  it('is as sure as the floor allows when all blocks agree', () => {
    expect(estimate({ amounts: constant(5, 12), requests: constant(10, 12), windowBlocks: 12, floor: 0.01 })).toEqual({
      lower: 0.49,
      likely: 0.5,
      upper: 0.51,
    })
  })

  it('does not exist with fewer than three blocks of requests', () => {
    expect(estimate({ amounts: [1, 1, undefined, 0], requests: [2, 2, 2, 0], windowBlocks: 4, floor: 0 })).toBeUndefined()
  })

  it('gets wider when whole windows came out differently before', () => {
    const steady = { amounts: constant(5, 60), requests: constant(10, 60), windowBlocks: 12, floor: 0.001 }
    const drifting = {
      ...steady,
      amounts: steady.amounts.map((amount, index) => (Math.floor(index / 12) % 2 === 0 ? amount : amount * 1.4)),
    }
    const width = (given: typeof steady): number => {
      const { lower, upper } = estimate(given) ?? { lower: 0, upper: 0 }
      return upper - lower
    }
    expect(width(drifting)).toBeGreaterThan(50 * width(steady))
  })

  it('covers the next window 19 times in 20 when blocks vary around one value', () => {
    const random = seeded(7)
    const block = (): number => 0.5 + 0.1 * (random() + random() + random() - 1.5)
    const covered = Array.from({ length: 2_000 }, () => {
      const [before, after] = [Array.from({ length: 12 }, block), Array.from({ length: 12 }, block)]
      const { lower, upper } = estimate({ amounts: before, requests: constant(1, 12), windowBlocks: 12, floor: 0 }) ?? {
        lower: 0,
        upper: 0,
      }
      const next = after.reduce((sum, value) => sum + value, 0) / 12
      return next >= lower && next <= upper
    }).filter((hit) => hit).length
    expect(covered / 2_000).toBeGreaterThan(0.935)
    expect(covered / 2_000).toBeLessThan(0.97)
  })

  it('scales every bound', () => {
    expect(scaled({ lower: 1, likely: 2, upper: 3 }, 2)).toEqual({ lower: 2, likely: 4, upper: 6 })
  })
})
