import { diag } from '@opentelemetry/api'
import { describe, expect, it, vi } from 'vitest'
import { durationMs, reportSeconds } from '../../sdk/src/duration.ts'

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

describe('reportSeconds', () => {
  it('says once in a process that milliseconds look like seconds, and never of other numbers or of texts', () => {
    const warn = vi.spyOn(diag, 'warn')
    for (const duration of [5, 250, 1_000, 5_000, 60_000, '300s']) reportSeconds('ttl', duration)
    expect(warn).not.toHaveBeenCalled()
    for (const duration of [300, 3_600]) reportSeconds('ttl', duration)
    expect(warn).toHaveBeenCalledExactlyOnceWith("ttl: 300 is 300 milliseconds; if seconds are meant, write '300s'.")
    warn.mockRestore()
  })
})
