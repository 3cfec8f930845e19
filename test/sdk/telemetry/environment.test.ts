import { diag } from '@opentelemetry/api'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { positiveFromEnv } from '../../../sdk/src/telemetry/environment.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

describe('a number of the environment', () => {
  it('is taken where it is above 0', () => {
    vi.stubEnv('OTEL_METRIC_EXPORT_INTERVAL', '250')
    expect(positiveFromEnv('OTEL_METRIC_EXPORT_INTERVAL')).toBe(250)
  })

  // Node's timers take 3000000000 ms for 1 ms: the agent would export a thousand times a second.
  it.each(['0', '-4', '3000000000', 'Infinity'])('of %s is left out, with one sentence', (text) => {
    const warn = vi.spyOn(diag, 'warn')
    vi.stubEnv('OTEL_METRIC_EXPORT_INTERVAL', text)
    expect(positiveFromEnv('OTEL_METRIC_EXPORT_INTERVAL')).toBeUndefined()
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      `OTEL_METRIC_EXPORT_INTERVAL must be above 0 and at most 2147483647, got ${text}; the default is used.`,
    )
  })
})
