import { describe, expect, it } from 'vitest'
import { durationMs } from '../../../sdk/src/cache/duration.ts'

describe('durationMs', () => {
  it.each([
    [250, 250],
    [0.5, 0.5],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    ['250ms', 250],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1.5h', 5_400_000],
    ['7d', 604_800_000],
  ])('reads %j as %d ms', (given, ms) => {
    expect(durationMs('ttl', given)).toBe(ms)
  })

  it.each([[0], [-5], [Number.NaN], ['0s'], ['5'], ['5 m'], ['m'], ['5 minutes'], ['-5m'], ['1e3s'], ['']])('refuses %j', (given) => {
    expect(() => durationMs('ttl', given)).toThrow(/^ttl must be a positive number of milliseconds or a string like/)
  })

  it('names the option and the value it was given', () => {
    expect(() => durationMs('ttl', '5 minutes')).toThrow(
      "ttl must be a positive number of milliseconds or a string like '30s', '5m' or '1h', got '5 minutes'.",
    )
  })
})
