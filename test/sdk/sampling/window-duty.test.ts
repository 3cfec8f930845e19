import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WindowDuty } from '../../../sdk/src/sampling/window-duty.ts'

/** After windows that have cost this share of their length. */
const afterCosts = (share: number, standing: number) => {
  const duty = new WindowDuty()
  for (let count = 0; count < 50; count++) duty.cost(share * 120, 120, standing)
  return duty
}

const dutyOf = (duty: WindowDuty, busy: number) => {
  const { windowMs, intervalMs } = duty.next(busy)
  return windowMs / intervalMs
}

describe('how often windows are opened, and for how long', () => {
  it('costs no more than a five-hundredth of a core, and a third of that where the process waits, with what following costs beside the windows', () => {
    for (const share of [0.001, 0.005, 0.02, 0.06]) {
      const standing = 0.000_2
      expect(share * dutyOf(afterCosts(share, standing), 1) + standing).toBeLessThanOrEqual(0.002_01)
      expect(share * dutyOf(afterCosts(share, standing), 0.06) + standing).toBeLessThanOrEqual(0.000_69)
    }
  })

  it('is no more than two fifths of the time, however cheap they are, and never ends, however dear they are', () => {
    expect(dutyOf(afterCosts(0, 0), 1)).toBeCloseTo(0.4)
    expect(afterCosts(0.3, 0.1).next(1).intervalMs).toBe(24_000)
  })

  it('is a long window every five seconds while nothing is called, and many short ones in a busy process', () => {
    expect(afterCosts(0.000_1, 0).next(0)).toEqual({ windowMs: 1_000, intervalMs: 5_000 })
    expect(afterCosts(0.001, 0).next(0.9)).toEqual({ windowMs: 120, intervalMs: expect.closeTo(300) })
  })

  it('never falls as the event loop gets busier, and a window always has place in its interval', () => {
    const busy = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(busy, busy, fc.double({ min: 0, max: 1, noNaN: true }), (one, other, share) => {
        const duty = afterCosts(share, 0)
        expect(dutyOf(duty, Math.max(one, other))).toBeGreaterThanOrEqual(dutyOf(duty, Math.min(one, other)) - 1e-9)
        const { windowMs, intervalMs } = duty.next(one)
        expect(windowMs).toBeGreaterThanOrEqual(120)
        expect(intervalMs).toBeGreaterThan(windowMs)
      }),
    )
  })

  it('is not decided by one window that something else disturbed', () => {
    const duty = afterCosts(0.000_4, 0)
    duty.cost(1, 120, 0)
    expect(duty.next(1).intervalMs).toBeLessThan(400)
  })
})
