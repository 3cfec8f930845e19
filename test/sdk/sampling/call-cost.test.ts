import { describe, expect, it } from 'vitest'
import { CallCost } from '../../../sdk/src/sampling/call-cost.ts'

describe('the cost of measuring calls', () => {
  it('grows with the calls, by as much as a look at the clock takes on this machine', () => {
    let now = 0
    const cost = new CallCost({ now: () => (now += 0.00004) })
    expect(cost.ofCalls(1_000_000, 0)).toBeCloseTo(100, 0)
    expect(cost.ofCalls(2_000_000, 0)).toBe(2 * cost.ofCalls(1_000_000, 0))
    expect(cost.ofCalls(0, 1_000_000)).toBeCloseTo(16, 0)
  })

  it('does not count an interruption while it was measured', () => {
    let now = 0
    let looks = 0
    const cost = new CallCost({ now: () => (now += looks++ === 100 ? 50 : 0.00004) })
    expect(cost.ofCalls(1_000_000, 0)).toBeCloseTo(100, 0)
  })

  it('looks at the clock only where there were calls', () => {
    let looks = 0
    expect(new CallCost({ now: () => looks++ }).ofCalls(0, 0)).toBe(0)
    expect(looks).toBe(0)
  })
})
