import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calls } from '../../../sdk/src/contract/index.ts'
import { type Durations, hedging, quantile } from '../../../collector-processor/src/prediction/hedging.ts'
import { seeded } from '../../support/random.ts'

const edges = [...calls.duration.buckets, Infinity]
const counted = (seconds: readonly number[]): Durations => ({
  edges,
  below: edges.map((edge) => seconds.filter((each) => each <= edge).length),
})

/** Calls of about 40 ms, of which a share takes longer by a factor. */
function tailed(random: () => number, slow: number, factor: number): number {
  return (0.02 + 0.04 * random()) * (random() < slow ? factor : 1)
}

describe('a second attempt for slow calls', () => {
  it.each([
    [0.02, 15],
    [0.03, 25],
    [0.01, 60],
  ])('gains what it does when it is made: %f of the calls take %i times as long', (slow, factor) => {
    const random = seeded(3)
    const seconds = Array.from({ length: 20_000 }, () => tailed(random, slow, factor))
    const predicted = hedging(counted(seconds))
    const { delay = 0, gain = 0 } = predicted ?? {}
    const made = seconds.map((first) => (first > delay ? Math.min(first, delay + tailed(random, slow, factor)) : first))
    const saved = seconds.reduce((sum, first, index) => sum + first - (made[index] ?? 0), 0) / seconds.length
    expect(gain / saved).toBeGreaterThan(0.8)
    expect(gain / saved).toBeLessThan(1.25)
    expect(predicted?.share).toBeLessThanOrEqual(0.05)
  })

  it('is made for at most one call in twenty, and never gains less than nothing', () => {
    const anyCalls = fc.array(fc.double({ min: 0.0001, max: 99, noNaN: true }), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(anyCalls, (seconds) => {
        const { gain = 0, share = 0 } = hedging(counted(seconds)) ?? {}
        const upper = seconds.reduce((sum, each) => sum + (edges.find((edge) => edge >= each) ?? 100), 0) / seconds.length
        return gain >= 0 && gain <= upper + 1e-9 && share <= 0.05 + 1e-9
      }),
    )
  })

  it('is not known without calls, and where the slowest are beyond all bounds', () => {
    expect(hedging(counted([]))).toBeUndefined()
    expect(hedging(counted([200, 300]))).toBeUndefined()
    expect(quantile(counted([200, 300]), 0.5)).toBeUndefined()
  })
})
