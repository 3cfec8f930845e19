import { describe, expect, it } from 'vitest'
import { AdaptiveTiming } from '../../../sdk/src/sampling/adaptive-timing.ts'

/** Calls of which the nth takes so long; returns how many were timed, and what the timed ones stand for: calls, and their time. */
function run(calls: number, durationOf: (call: number) => number) {
  const timing = new AdaptiveTiming()
  let [timed, stands, totalMs] = [0, 0, 0]
  for (let call = 0; call < calls; call++)
    if (timing.skips()) timing.untimed++
    else {
      const weight = timing.timed(Float64Array.of(durationOf(call)))
      timed++
      stands += weight
      totalMs += weight * durationOf(call)
    }
  return { timed, counted: stands + timing.untimed, totalMs }
}

describe('adaptive timing', () => {
  it('times one of about sixteen calls of a quick function, and counts every one', () => {
    const { timed, counted } = run(100_000, () => 0.000_5)
    expect(counted).toBe(100_000)
    expect(timed / 100_000).toBeGreaterThan(1 / 18)
    expect(timed / 100_000).toBeLessThan(1 / 15)
  })

  it('never leaves a call out that takes 2 µs or more', () => {
    expect(run(10_000, () => 0.002).timed).toBe(10_000)
  })

  it('is not deceived by a rhythm of the calls', () => {
    for (const period of [2, 4, 8, 16, 32]) {
      const durationOf = (call: number) => (call % period === 0 ? 0.003 : 0.000_3)
      const exact = (100_000 / period) * 0.003 + (100_000 - 100_000 / period) * 0.000_3
      expect(Math.abs(run(100_000, durationOf).totalMs / exact - 1)).toBeLessThan(0.1)
    }
  })

  it('times every call again as soon as they become slow', () => {
    expect(run(20_000, (call) => (call < 10_000 ? 0.000_5 : 5)).timed).toBeGreaterThan(9_900)
  })
})
