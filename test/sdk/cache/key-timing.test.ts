import { describe, expect, it } from 'vitest'
import { KeyTiming } from '../../../sdk/src/cache/key-timing.ts'
import { ManualClock } from '../../support/clock.ts'

describe('KeyTiming', () => {
  const timed = (durationMs: number, keys: number): number => {
    const clock = new ManualClock()
    let total = 0
    const timing = new KeyTiming(clock, (ms) => void (total += ms))
    for (let key = 0; key < keys; key++) timing.make(() => clock.advance(durationMs))
    return total
  }

  it('lets one key stand for 64', () => {
    expect(timed(0.01, 640)).toBeCloseTo(6.4)
  })

  it('does not take an interruption for the cost of every key', () => {
    expect(timed(1_000, 64)).toBe(32)
  })

  it('passes on what making a key throws', () => {
    const timing = new KeyTiming(new ManualClock(), () => {})
    expect(() =>
      timing.make(() => {
        throw new Error('no tenant')
      }),
    ).toThrow('no tenant')
  })
})
