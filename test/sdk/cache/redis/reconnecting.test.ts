import { describe, expect, it } from 'vitest'
import { Reconnecting } from '../../../../sdk/src/cache/redis/reconnecting.ts'
import { ManualClock } from '../../../support/clock.ts'

describe('attempts to connect again', () => {
  /** Every attempt fails at once. */
  function failing(): { readonly reconnecting: Reconnecting; readonly clock: ManualClock; readonly attempts: () => number } {
    const clock = new ManualClock()
    let attempts = 0
    const reconnecting: Reconnecting = new Reconnecting(
      () => {
        attempts++
        reconnecting.later()
      },
      () => 1,
      clock,
    )
    return { reconnecting, clock, attempts: () => attempts }
  }

  it('go on while somebody uses the connection, at least twice a second', () => {
    const { reconnecting, clock, attempts } = failing()
    reconnecting.later()
    for (let ms = 0; ms < 10_000; ms += 10) {
      reconnecting.use()
      clock.advance(10)
    }
    expect(attempts()).toBeGreaterThanOrEqual(20)
    expect(attempts()).toBeLessThan(30)
  })

  it('do not go on when nobody does', () => {
    const { reconnecting, clock, attempts } = failing()
    reconnecting.later()
    clock.advance(100_000)
    expect(attempts()).toBe(1)
  })

  it('begin at once with the next use, and only then', () => {
    const { reconnecting, clock, attempts } = failing()
    reconnecting.later()
    clock.advance(100_000)
    reconnecting.use()
    expect(attempts()).toBe(2)
    reconnecting.use()
    expect(attempts()).toBe(2)
  })

  it('are not made any more when they are called off', () => {
    const { reconnecting, clock, attempts } = failing()
    reconnecting.later()
    reconnecting.cancel()
    clock.advance(100_000)
    reconnecting.use()
    expect(attempts()).toBe(0)
  })
})
