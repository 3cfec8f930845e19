import { diag } from '@opentelemetry/api'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { samplerFromEnvironment } from '../../../sdk/src/telemetry/sampler.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

function sampler(name?: string, argument?: string): string {
  vi.stubEnv('OTEL_TRACES_SAMPLER', name)
  vi.stubEnv('OTEL_TRACES_SAMPLER_ARG', argument)
  return samplerFromEnvironment().toString()
}

describe('the sampler of the environment', () => {
  it('is that of OpenTelemetry by default', () => {
    expect(sampler()).toContain('ParentBased{root=AlwaysOnSampler')
  })

  it('is the one that is named, with its argument', () => {
    expect(sampler('always_off')).toBe('AlwaysOffSampler')
    expect(sampler('traceidratio', '0.25')).toBe('TraceIdRatioBased{0.25}')
    expect(sampler('parentbased_traceidratio', '0.5')).toContain('ParentBased{root=TraceIdRatioBased{0.5}')
  })

  it('samples everything, with one sentence, where name or argument is wrong', () => {
    const warn = vi.spyOn(diag, 'warn')
    expect(sampler('sometimes')).toContain('AlwaysOnSampler')
    expect(sampler('constructor')).toContain('AlwaysOnSampler')
    expect(sampler('traceidratio', '7')).toBe('TraceIdRatioBased{1}')
    expect(warn.mock.calls.map(([sentence]) => sentence)).toEqual([
      expect.stringContaining("got 'sometimes'"),
      expect.stringContaining("got 'constructor'"),
      'OTEL_TRACES_SAMPLER_ARG must be from 0 to 1, got 7; every trace is sampled.',
    ])
  })
})
