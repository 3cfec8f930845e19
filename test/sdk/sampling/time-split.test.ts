import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TimeSplit } from '../../../sdk/src/sampling/time-split.ts'

describe('the division of the time of calls', () => {
  it('adds up to all of the time, never takes anything back, and lies between what windows saw', () => {
    const window = fc.record({
      duration: fc.double({ min: 1, max: 1_000, noNaN: true }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(window, { minLength: 1, maxLength: 50 }), (windows) => {
        const split = new TimeSplit(0)
        let total = 0
        for (const { duration, share } of windows) {
          const { onLoopMs, waitMs } = split
          split.saw(duration, duration * share)
          split.divide((total += duration * 3))
          expect(split.onLoopMs).toBeGreaterThanOrEqual(onLoopMs)
          expect(split.waitMs).toBeGreaterThanOrEqual(waitMs - 1e-6)
          expect(split.onLoopMs + split.waitMs).toBeCloseTo(total, 5)
        }
        const shares = windows.map(({ share }) => share)
        expect(split.onLoopMs / total).toBeGreaterThanOrEqual(Math.min(...shares) - 1e-9)
        expect(split.onLoopMs / total).toBeLessThanOrEqual(Math.max(...shares) + 1e-9)
      }),
    )
  })

  it('gives no waiting to what never waits, however much of it is seen', () => {
    const split = new TimeSplit(0)
    for (let count = 1; count <= 20; count++) {
      split.saw(count, count)
      split.divide(count * 100)
    }
    expect(split.waitMs).toBeCloseTo(0)
    expect(split.onLoopMs).toBeCloseTo(2_000)
  })

  it('divides nothing that came before it, and waits with the rest until a window has seen a call', () => {
    const split = new TimeSplit(500)
    split.divide(600)
    expect([split.isKnown, split.onLoopMs, split.waitMs]).toEqual([false, 0, 0])
    split.saw(10, 5)
    split.divide(700)
    expect([split.isKnown, split.onLoopMs, split.waitMs]).toEqual([true, 100, 100])
  })

  it('forgets how it was long ago', () => {
    const split = new TimeSplit(0)
    split.saw(50, 50)
    for (let count = 0; count < 60; count++) split.saw(50, 0)
    split.divide(1_000)
    expect(split.onLoopMs).toBeLessThan(1)
  })
})
