import { describe, expect, it } from 'vitest'
import { Breaker } from '../../../sdk/src/cache/breaker.ts'
import { ManualClock } from '../../support/clock.ts'

function opened(): { clock: ManualClock; breaker: Breaker } {
  const clock = new ManualClock()
  const breaker = new Breaker(clock)
  for (let failure = 0; failure < 3; failure++) breaker.failed()
  return { clock, breaker }
}

describe('Breaker', () => {
  it('stays closed for two failures in a row', () => {
    const breaker = new Breaker(new ManualClock())
    breaker.failed()
    breaker.failed()
    expect(breaker.open).toBe(false)
    expect(breaker.admits()).toBe(true)
  })

  it('does not add up failures with successes between them', () => {
    const breaker = new Breaker(new ManualClock())
    for (let round = 0; round < 10; round++) {
      breaker.failed()
      breaker.failed()
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
    breaker.failed()
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
})
