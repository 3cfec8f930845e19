import { describe, expect, it } from 'vitest'
import { Overhead } from '../../../sdk/src/sampling/overhead.ts'
import { ManualClock } from '../../support/clock.ts'

describe('what the SDK costs', () => {
  it('is counted by layer, also when the work fails', () => {
    const clock = new ManualClock()
    const overhead = new Overhead(clock)
    expect(overhead.time('one', () => clock.advance(3))).toBeUndefined()
    const failing = (): never => {
      clock.advance(2)
      throw new Error('expected')
    }
    expect(() => overhead.time('one', failing)).toThrow('expected')
    overhead.add('two', 1)
    expect([overhead.ofLayer('one'), overhead.ofLayer('two'), overhead.ofLayer('three')]).toEqual([5, 1, 0])
  })
})
