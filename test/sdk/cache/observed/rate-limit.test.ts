import { expect, it } from 'vitest'
import { RateLimit } from '../../../../sdk/src/cache/observed/rate-limit.ts'
import { ManualClock } from '../../../support/clock.ts'

it('allows so many a second, and as many again in the next', () => {
  const clock = new ManualClock(0)
  const limit = new RateLimit(2, clock)
  const taken = () => [limit.take(), limit.take(), limit.take()]
  expect(taken()).toEqual([true, true, false])
  clock.advance(999)
  expect(limit.take()).toBe(false)
  clock.advance(1)
  expect(taken()).toEqual([true, true, false])
})
