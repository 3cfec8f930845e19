import { describe, expect, it } from 'vitest'
import { WINDOW_MS, WindowDuty } from '../../../sdk/src/sampling/window-duty.ts'

const afterCosts = (windowMs: number, standing: number) => {
  const duty = new WindowDuty()
  for (let count = 0; count < 50; count++) duty.cost(windowMs, standing)
  return duty
}

describe('how often windows are opened', () => {
  it('costs no more than a five-hundredth of a core, with what following costs beside the windows', () => {
    for (const windowMs of [0.05, 0.5, 2, 7]) {
      const standing = 0.000_5
      expect(windowMs / afterCosts(windowMs, standing).intervalMs(1) + standing).toBeLessThanOrEqual(0.002_01)
    }
  })

  it('is no more than two fifths of the time, however cheap they are, and never ends, however dear they are', () => {
    expect(WINDOW_MS / afterCosts(0, 0).intervalMs(1)).toBeCloseTo(0.4)
    expect(afterCosts(40, 0.1).intervalMs(1)).toBe(24_000)
  })

  it('is seldom while nothing is called', () => {
    expect(afterCosts(0.1, 0).intervalMs(0)).toBe(4_000)
  })

  it('rises with how busy the event loop is', () => {
    const shares = [0, 0.05, 0.2, 0.5, 1].map((busy) => WINDOW_MS / afterCosts(0.01, 0).intervalMs(busy))
    expect(shares).toEqual([0.03, 0.067, 0.178, 0.4, 0.4].map((share) => expect.closeTo(share)))
  })

  it('is not decided by one window that something else disturbed', () => {
    const duty = afterCosts(0.05, 0)
    duty.cost(1, 0)
    expect(duty.intervalMs(1)).toBeLessThan(400)
  })
})
