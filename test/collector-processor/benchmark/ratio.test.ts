import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ratioOf } from '../../../collector-processor/src/benchmark/ratio.ts'
import { seeded } from '../../support/random.ts'

/** Pairs of batches on a machine whose speed drifts and jumps, for both alike; each batch has noise of its own. */
function pairsOf(truth: number, seed: number) {
  const random = seeded(seed)
  const noise = () => Math.exp(0.1 * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()))
  return Array.from({ length: 60 }, (_, index) => {
    const machine = (1 + index / 60) * (random() < 0.1 ? 3 : 1)
    return { original: machine * truth * noise(), optimized: machine * noise() }
  })
}

describe('the ratio of two functions', () => {
  it('covers what is true 19 times in 20, whatever the machine does meanwhile', () => {
    const covers = Array.from({ length: 400 }, (_, seed) => {
      const truth = 0.5 + (seed % 20) / 10
      const { lower, upper } = ratioOf(pairsOf(truth, seed))
      return lower <= truth && truth <= upper
    })
    expect(covers.filter((covered) => covered).length / covers.length).toBeGreaterThan(0.92)
  })

  it('calls two functions that are the same different in no more than one case of fifteen', () => {
    const different = Array.from({ length: 400 }, (_, seed) => ratioOf(pairsOf(1, 1_000 + seed))).filter(
      ({ lower, upper }) => lower > 1 || upper < 1,
    )
    expect(different.length / 400).toBeLessThan(1 / 15)
  })

  it('is turned round where the functions change places', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0.2, max: 5, noNaN: true }), (seed, truth) => {
        const pairs = pairsOf(truth, seed)
        const there = ratioOf(pairs)
        const back = ratioOf(pairs.map(({ original, optimized }) => ({ original: optimized, optimized: original })))
        expect(back.likely).toBeCloseTo(1 / there.likely, 6)
        expect(back.lower).toBeCloseTo(1 / there.upper, 6)
      }),
    )
  })
})
