import { describe, expect, it } from 'vitest'
import { FollowingCost } from '../../../sdk/src/sampling/following-cost.ts'

/** What a change of call and a call cost where looking at the clock takes so many milliseconds, the first four times and from then on. */
function costs(firstMs: number, thenMs: number, busy: number) {
  let now = 0
  let looks = 0
  const cost = new FollowingCost({ now: () => (now += looks++ < 4 ? firstMs : thenMs) })
  cost.measure(busy)
  return { change: cost.of(1_000, 0), call: cost.of(0, 1_000) }
}

describe('the cost of following calls', () => {
  it('is what it takes on this machine', () => {
    const { change, call } = costs(0.000_1, 0.000_1, 0.5)
    const slower = costs(0.000_2, 0.000_2, 0.5)
    expect(change).toBeGreaterThan(0)
    expect(call).toBeGreaterThan(0)
    expect(slower.change / change).toBeCloseTo(2)
    expect(slower.call / call).toBeCloseTo(2)
  })

  it('is more where the process has just woken, and not in one that is always busy', () => {
    const warm = costs(0.000_1, 0.000_1, 1).call
    expect(costs(0.005, 0.000_1, 0.05).call).toBeGreaterThan(5 * warm)
    expect(costs(0.005, 0.000_1, 1).call).toBeCloseTo(warm)
  })

  it('does not count an interruption while it was measured', () => {
    expect(costs(0.000_1, 20, 0.05).call).toBeLessThanOrEqual(50)
  })

  it('is nothing where nothing was followed', () => {
    const cost = new FollowingCost({ now: () => 0 })
    cost.measure(0)
    expect([cost.of(0, 0), cost.ofWaking(0, 0), cost.ofWaking(3, 1)]).toEqual([0, 0, 0])
  })
})
