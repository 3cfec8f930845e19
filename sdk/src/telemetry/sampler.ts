import { diag } from '@opentelemetry/api'
import { getNumberFromEnv, getStringFromEnv } from '@opentelemetry/core'
import { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler, type Sampler, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace'

const samplers: Readonly<Record<string, () => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: () => new TraceIdRatioBasedSampler(ratio()),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: () => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio()) }),
}

/** The sampler that `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` name; `parentbased_always_on` by default. */
export function samplerFromEnvironment(): Sampler {
  const name = getStringFromEnv('OTEL_TRACES_SAMPLER') ?? 'parentbased_always_on'
  const make = Object.hasOwn(samplers, name) ? samplers[name] : undefined
  if (make !== undefined) return make()
  diag.warn(`OTEL_TRACES_SAMPLER must be one of ${Object.keys(samplers).join(', ')}, got '${name}'; every trace is sampled.`)
  return new ParentBasedSampler({ root: new AlwaysOnSampler() })
}

function ratio(): number {
  const value = getNumberFromEnv('OTEL_TRACES_SAMPLER_ARG') ?? 1
  if (value >= 0 && value <= 1) return value
  diag.warn(`OTEL_TRACES_SAMPLER_ARG must be from 0 to 1, got ${value}; every trace is sampled.`)
  return 1
}
