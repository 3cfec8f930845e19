import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { InstrumentType } from '@opentelemetry/sdk-metrics'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { preferredTemporality } from '../../../sdk/src/telemetry/temporality.ts'

afterEach(() => vi.unstubAllEnvs())

describe('the temporality of the agent’s own instruments', () => {
  it.each([undefined, 'cumulative', 'delta', 'LowMemory', 'nonsense'])(
    'is for %s what the exporter of OpenTelemetry would choose',
    (preference) => {
      vi.stubEnv('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', preference)
      const upstream = new OTLPMetricExporter()
      const instruments = Object.values(InstrumentType)
      expect(instruments.map(preferredTemporality)).toEqual(
        instruments.map((instrument) => upstream.selectAggregationTemporality(instrument)),
      )
    },
  )
})
