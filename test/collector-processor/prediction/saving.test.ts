import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HIT_SECONDS, LOOKUP_SECONDS, savedPerRequest } from '../../../collector-processor/src/prediction/saving.ts'

describe('what a cache saves for a request', () => {
  it('is nearly the load for every hit', () => expect(savedPerRequest(0.9, 0.1)).toBeCloseTo(0.09, 5))
  it('is negative when nothing repeats: each lookup is in vain', () => expect(savedPerRequest(0, 0.1)).toBe(-LOOKUP_SECONDS))
  it('is negative for what is cheaper than a hit', () => expect(savedPerRequest(1, HIT_SECONDS / 2)).toBeLessThan(0))

  it('grows with the hit ratio and with the load, and never exceeds the load', () => {
    const ratio = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(ratio, ratio, fc.double({ min: 0.001, max: 100, noNaN: true }), (a, b, load) => {
        expect(savedPerRequest(Math.max(a, b), load)).toBeGreaterThanOrEqual(savedPerRequest(Math.min(a, b), load))
        expect(savedPerRequest(a, load)).toBeLessThanOrEqual(load)
      }),
    )
  })
})
