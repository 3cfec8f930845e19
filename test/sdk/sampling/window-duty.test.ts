import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WindowDuty } from '../../../sdk/src/sampling/window-duty.ts'

/** After many windows that have cost so many milliseconds each. */
const afterCosts = (windowMs: number, standing: number) => {
  const duty = new WindowDuty()
  for (let count = 0; count < 50; count++) duty.cost(windowMs, standing)
  return duty
}

const dutyOf = (duty: WindowDuty, busy: number) => {
  const { windowMs, intervalMs } = duty.next(busy)
  return windowMs / intervalMs
}

describe('how often windows are opened, and for how long', () => {
  it('costs no more than a five-hundredth of a core, and a third of that where the process waits, with what following costs beside the windows', () => {
    for (const windowMs of [0.05, 0.5, 2, 7]) {
      const standing = 0.000_2
      const costOf = (busy: number) => windowMs / afterCosts(windowMs, standing).next(busy).intervalMs + standing
      expect(costOf(1)).toBeLessThanOrEqual(0.002_01)
      expect(costOf(0.06)).toBeLessThanOrEqual(0.000_69)
    }
  })

  it('is four times as often at first, so that proportions are known soon', () => {
    const duty = new WindowDuty()
    const intervals = Array.from({ length: 9 }, () => {
      duty.cost(50, 0)
      return duty.next(0.06).intervalMs
    })
    expect(intervals[6]).toBeCloseTo(50 / 0.002_72)
    expect(intervals[7]).toBeCloseTo(50 / 0.000_68)
  })

  it('is no more than two fifths of the time, however cheap they are, and never ends, however dear they are', () => {
    expect(dutyOf(afterCosts(0, 0), 1)).toBeCloseTo(0.4)
    expect(afterCosts(40, 0.1).next(1).intervalMs).toBe(24_000)
  })

  it('is a long window every ten seconds while nothing is called, and many short ones in a busy process', () => {
    expect(afterCosts(0.1, 0).next(0)).toEqual({ windowMs: 1_000, intervalMs: 10_000 })
    expect(afterCosts(0.1, 0).next(0.9)).toEqual({ windowMs: 120, intervalMs: expect.closeTo(300) })
  })

  it('is never rarer in a busier process, and a window always has place in its interval', () => {
    const busy = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(busy, busy, fc.double({ min: 0, max: 50, noNaN: true }), (one, other, windowMs) => {
        const duty = afterCosts(windowMs, 0)
        const [less, more] = [duty.next(Math.min(one, other)), duty.next(Math.max(one, other))]
        expect(more.intervalMs).toBeLessThanOrEqual(less.intervalMs * (1 + 1e-9))
        expect(more.windowMs).toBeGreaterThanOrEqual(120)
        expect(less.intervalMs).toBeGreaterThan(less.windowMs)
      }),
    )
  })

  it('is not decided by one window that something else disturbed', () => {
    const duty = afterCosts(0.05, 0)
    duty.cost(1, 0)
    expect(duty.next(1).intervalMs).toBeLessThan(400)
  })
})
