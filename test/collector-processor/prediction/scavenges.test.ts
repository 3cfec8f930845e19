import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MEBIBYTE, proposedSemiSpace, scavengeTimeSaved, semiSpaceHolding } from '../../../collector-processor/src/prediction/scavenges.ts'

/** Programs that were run with semi-spaces of 1 and 4 MiB: mean scavenge with 1 MiB, and how much of its time was saved with 4. */
const measured = [
  { size: 0.95, survived: 0.024, promoted: 0.023, saved: 0.49 },
  { size: 0.83, survived: 0.074, promoted: 0.02, saved: 0.4 },
  { size: 0.99, survived: 0.257, promoted: 0.005, saved: 0.69 },
  { size: 0.88, survived: 0.143, promoted: 0.138, saved: 0.33 },
]

describe('the time of scavenges that more room saves', () => {
  it.each(measured)('holds what was measured: $saved of the time', ({ size, survived, promoted, saved }) => {
    const range = scavengeTimeSaved({ size: size * MEBIBYTE, survived: survived * MEBIBYTE, promoted: promoted * MEBIBYTE }, 4)
    expect(saved).toBeGreaterThan(range.lower)
    expect(saved).toBeLessThan(range.upper)
  })

  it('is never more than the scavenges that fall away, nor less than nothing', () => {
    const bytes = fc.double({ min: 0, max: 64 * MEBIBYTE, noNaN: true })
    fc.assert(
      fc.property(bytes, bytes, fc.double({ min: 1, max: 16, noNaN: true }), (survived, promoted, times) => {
        const { lower, likely, upper } = scavengeTimeSaved({ size: survived + promoted, survived, promoted }, times)
        expect(lower).toBeGreaterThanOrEqual(0)
        expect(likely).toBeGreaterThanOrEqual(lower)
        expect(upper).toBeGreaterThanOrEqual(likely)
        expect(upper).toBeLessThanOrEqual(1 - 1 / times)
      }),
    )
  })

  it('proposes what the memory allows for, and nothing beyond 64 MiB', () => {
    expect(proposedSemiSpace(MEBIBYTE, Infinity)).toBe(4 * MEBIBYTE)
    expect(proposedSemiSpace(16 * MEBIBYTE, 60 * MEBIBYTE)).toBe(32 * MEBIBYTE)
    expect(proposedSemiSpace(16 * MEBIBYTE, 30 * MEBIBYTE)).toBeUndefined()
    expect(proposedSemiSpace(64 * MEBIBYTE, Infinity)).toBeUndefined()
  })

  it('takes a semi-space for the power of two that holds what scavenges find', () => {
    expect([0.2, 1, 1.1, 3.4, 13].map((mebibytes) => semiSpaceHolding(mebibytes * MEBIBYTE) / MEBIBYTE)).toEqual([1, 1, 2, 4, 16])
  })
})
