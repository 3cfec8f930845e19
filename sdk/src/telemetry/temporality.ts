import { getStringFromEnv } from '@opentelemetry/core'
import { AggregationTemporality, InstrumentType } from '@opentelemetry/sdk-metrics'

/**
 * `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE` (cumulative, delta, lowmemory) for the user's own instruments. The
 * exporter reads it too, but a reader must know when the first instrument is made, and the exporter is loaded later.
 * Metrics of the SDK itself are always cumulative, which is what Prometheus needs.
 */
export function preferredTemporality(instrument: InstrumentType): AggregationTemporality {
  const preference = getStringFromEnv('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE')?.toLowerCase()
  const delta = preference === 'delta' ? deltaInstruments : preference === 'lowmemory' ? lowMemoryInstruments : []
  return delta.includes(instrument) ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE
}

const lowMemoryInstruments: readonly InstrumentType[] = [InstrumentType.COUNTER, InstrumentType.HISTOGRAM]
const deltaInstruments: readonly InstrumentType[] = [
  ...lowMemoryInstruments,
  InstrumentType.GAUGE,
  InstrumentType.OBSERVABLE_COUNTER,
  InstrumentType.OBSERVABLE_GAUGE,
]
