import { describe, expect, it } from 'vitest'
import { Breaker, breakerOf } from '../../../../sdk/src/cache/shared/breaker.ts'
import { ManualClock } from '../../../support/clock.ts'

function opened(): { clock: ManualClock; breaker: Breaker } {
  const clock = new ManualClock()
  const breaker = new Breaker(clock)
  for (let failure = 0; failure < 3; failure++) breaker.failed(clock.now())
  return { clock, breaker }
}

describe('Breaker', () => {
  it('stays closed for two failures in a row', () => {
    const clock = new ManualClock()
    const breaker = new Breaker(clock)
    breaker.failed(clock.now())
    breaker.failed(clock.now())
    expect(breaker.open).toBe(false)
    expect(breaker.admits()).toBe(true)
  })

  it('does not add up failures with successes between them', () => {
    const clock = new ManualClock()
    const breaker = new Breaker(clock)
    for (let round = 0; round < 10; round++) {
      breaker.failed(clock.now())
      breaker.failed(clock.now())
      breaker.succeeded()
    }
    expect(breaker.open).toBe(false)
  })

  it('opens at the third failure in a row and admits nobody for half a second', () => {
    const { clock, breaker } = opened()
    expect(breaker.open).toBe(true)
    clock.advance(499)
    expect(breaker.admits()).toBe(false)
  })

  it('admits one probe after half a second, and the next after another', () => {
    const { clock, breaker } = opened()
    clock.advance(500)
    expect([breaker.admits(), breaker.admits()]).toEqual([true, false])
    breaker.failed(clock.now())
    clock.advance(499)
    expect(breaker.admits()).toBe(false)
    clock.advance(1)
    expect(breaker.admits()).toBe(true)
  })

  it('closes at the first success', () => {
    const { clock, breaker } = opened()
    clock.advance(500)
    breaker.admits()
    breaker.succeeded()
    expect(breaker.open).toBe(false)
    expect([breaker.admits(), breaker.admits()]).toEqual([true, true])
  })

  it('sends another probe when one never comes back', () => {
    const { clock, breaker } = opened()
    clock.advance(500)
    expect(breaker.admits()).toBe(true)
    clock.advance(500)
    expect(breaker.admits()).toBe(true)
  })

  it('takes requests that were under way together for one failure: a slow moment in a burst does not open it', () => {
    const clock = new ManualClock()
    const breaker = new Breaker(clock)
    const started = clock.now()
    clock.advance(40)
    for (let request = 0; request < 100; request++) breaker.failed(started)
    expect(breaker.open).toBe(false)
  })

  it('opens and rests as it is told, or never', () => {
    const clock = new ManualClock()
    const patient = new Breaker(clock, { failures: 1, openMs: 10 })
    patient.failed(clock.now())
    clock.advance(9)
    expect(patient.admits()).toBe(false)
    clock.advance(1)
    expect(patient.admits()).toBe(true)
    const never = new Breaker(clock, { failures: Number.POSITIVE_INFINITY, openMs: 0 })
    for (let failure = 0; failure < 1_000; failure++) never.failed(clock.now())
    expect(never.open).toBe(false)
  })
})

describe('breakerOf', () => {
  it('is one for all who use the same server, and another for another server', () => {
    const [server, clock] = [{}, new ManualClock()]
    expect(breakerOf(server, clock)).toBe(breakerOf(server, clock))
    expect(breakerOf({}, clock)).not.toBe(breakerOf(server, clock))
  })
})
