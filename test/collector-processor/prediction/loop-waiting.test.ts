import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assumptions, waitingOf, waitingSaved, waitingSeconds } from '../../../collector-processor/src/prediction/loop-waiting.ts'

/** Mean of what work waits in each second at one server, for random arrivals and exponential times, by simulation. */
function simulated(utilization: number, arrivals: number): number {
  let state = 7
  const exponential = (): number => -Math.log(1 - (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647)
  let [now, free, waited] = [0, 0, 0]
  for (let index = 0; index < arrivals; index++) {
    now += exponential() / utilization
    waited += Math.max(0, free - now)
    free = Math.max(free, now) + exponential()
  }
  return waited / now
}

describe('the waiting at an event loop', () => {
  it.each([0.3, 0.6, 0.8])('is what a simulation gives at a utilization of %d', (utilization) => {
    expect(waitingSeconds(utilization, assumptions.likely) / simulated(utilization, 200_000)).toBeCloseTo(1, 1)
  })

  it('does not grow without end, however busy the loop is', () => {
    expect(waitingSeconds(1, assumptions.likely)).toBe(waitingSeconds(0.95, assumptions.likely))
    expect(waitingSeconds(1.2, assumptions.lower)).toBe(waitingSeconds(0.9, assumptions.lower))
    expect(waitingSeconds(-1, assumptions.likely)).toBe(0)
  })

  it('never falls with the load, and is never more with more loops for the same work', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(fc.array(share, { minLength: 1, maxLength: 6 }), fc.integer({ min: 0, max: 6 }), (loops, more) => {
        const blocks = loops.map((value) => [value])
        const saved = waitingSaved(blocks, loops.length + more, assumptions.likely)[0] ?? 0
        // Beyond the cap, waiting that is not believed cannot be saved either.
        if (loops.every((value) => value <= assumptions.likely.mostUtilized)) expect(saved).toBeGreaterThanOrEqual(-1e-9)
      }),
    )
  })

  it('says nothing of blocks in which no loop was seen', () => {
    expect(waitingOf([[0.5, undefined]], assumptions.likely)).toEqual([0.25 / 0.5, undefined])
    expect(waitingOf([], assumptions.likely)).toEqual([])
  })
})
