import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { majorTimeSaved, proposedHeapLimit } from '../../../collector-processor/src/prediction/heap-limit.ts'

/** Programs that were run with a limit and a higher one, MB: share of the time of major collections that was saved. */
const measured = [
  { staying: 86, limit: 122, proposed: 132, saved: 0.59 },
  { staying: 86, limit: 122, proposed: 152, saved: 0.92 },
  { staying: 86, limit: 122, proposed: 192, saved: 0.95 },
  { staying: 143, limit: 192, proposed: 232, saved: 0.84 },
  { staying: 143, limit: 192, proposed: 512, saved: 0.95 },
]

describe('the time of major collections that a larger limit saves', () => {
  it.each(measured)('holds what was measured: $saved', ({ staying, limit, proposed, saved }) => {
    const { lower, likely, upper } = majorTimeSaved(staying, limit, proposed)
    expect(saved).toBeGreaterThanOrEqual(lower)
    expect(saved).toBeLessThanOrEqual(upper)
    expect(Math.abs(saved - likely)).toBeLessThan(0.3)
  })

  it('grows with the limit, and is never more than all or less than nothing', () => {
    const size = fc.double({ min: 1, max: 1e12, noNaN: true })
    fc.assert(
      fc.property(size, size, size, (staying, room, more) => {
        const { lower, likely, upper } = majorTimeSaved(staying, staying + room, staying + room + more)
        expect(lower).toBeGreaterThanOrEqual(0)
        expect(likely).toBeGreaterThanOrEqual(lower)
        expect(upper).toBeGreaterThanOrEqual(likely)
      }),
    )
  })

  it('proposes nothing that is hardly more than there is', () => {
    const mib = 2 ** 20
    expect(proposedHeapLimit(300 * mib, 400 * mib, Infinity)).toBe(640 * mib)
    expect(proposedHeapLimit(300 * mib, 400 * mib, 20 * mib)).toBeUndefined()
    expect(proposedHeapLimit(100 * mib, 400 * mib, Infinity), 'there is room already').toBeUndefined()
  })
})
