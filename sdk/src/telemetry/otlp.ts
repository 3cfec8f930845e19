import { diag } from '@opentelemetry/api'
import { getStringFromEnv } from '@opentelemetry/core'
import {
  AggregationTemporality,
  type AggregationOption,
  AggregationType,
  type InstrumentType,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { BackgroundExporter } from './background-exporter.ts'
import { exportFailures } from './diagnostics.ts'
import { collectorEndpoint, positiveFromEnv, type Signal } from './environment.ts'
import { timed } from './own-time.ts'
import { metricProducer } from './producer.ts'
import { preferredTemporality } from './temporality.ts'

/** Time between two exports unless told otherwise, in milliseconds: the default of OpenTelemetry. */
const DEFAULT_INTERVAL_MS = 60_000

/** How metrics are sent to the Collector. Endpoint, headers, timeouts and compression come from `OTEL_EXPORTER_OTLP_*`. */
export interface OtlpOptions {
  /** Time between two exports, in milliseconds; `OTEL_METRIC_EXPORT_INTERVAL`, then 60 s. */
  readonly intervalMs?: number | undefined
  /** Longest wait of a flush or shutdown, in milliseconds. */
  readonly timeoutMs: number
  /** Sends the metrics of the SDK alone, not those of the instruments of the provider that the reader is given to. */
  readonly ownMetricsOnly?: boolean
}

/** A reader that sends the metrics of the SDK, and of its provider, to the Collector: OTLP over HTTP, as protobuf. */
export function otlpMetricReader({ intervalMs, timeoutMs, ownMetricsOnly = false }: OtlpOptions): PeriodicExportingMetricReader {
  return periodicReader(new MetricExporter(timeoutMs, ownMetricsOnly), intervalMs)
}

/** A reader that exports the metrics of the SDK, and of its provider, at the interval asked for, or that of the environment. */
export function periodicReader(exporter: PushMetricExporter, intervalMs: number | undefined): PeriodicExportingMetricReader {
  const exportIntervalMillis = intervalMs ?? positiveFromEnv('OTEL_METRIC_EXPORT_INTERVAL') ?? DEFAULT_INTERVAL_MS
  const exportTimeoutMillis = Math.min(positiveFromEnv('OTEL_METRIC_EXPORT_TIMEOUT') ?? 30_000, exportIntervalMillis)
  return new PeriodicExportingMetricReader({ exporter, exportIntervalMillis, exportTimeoutMillis, metricProducers: [metricProducer] })
}

/** Sends spans to the Collector, for a `BatchSpanProcessor`. */
export function otlpSpanExporter(timeoutMs: number): BackgroundExporter<ReadableSpan[]> {
  return new BackgroundExporter({
    load: async () => sender('TRACES', (await import('@opentelemetry/otlp-transformer')).ProtobufTraceSerializer),
    onFailure: exportFailures(collectorEndpoint('TRACES')),
    timeoutMs,
  })
}

class MetricExporter extends BackgroundExporter<ResourceMetrics> {
  readonly #aggregation: AggregationType.DEFAULT | AggregationType.DROP

  constructor(timeoutMs: number, ownMetricsOnly: boolean) {
    super({
      load: async () => sender('METRICS', (await import('@opentelemetry/otlp-transformer')).ProtobufMetricsSerializer),
      onFailure: exportFailures(collectorEndpoint('METRICS')),
      timeoutMs,
    })
    this.#aggregation = ownMetricsOnly ? AggregationType.DROP : AggregationType.DEFAULT
  }

  selectAggregation(_instrument: InstrumentType): AggregationOption {
    return { type: this.#aggregation }
  }

  selectAggregationTemporality(instrument: InstrumentType): AggregationTemporality {
    return preferredTemporality(instrument)
  }
}

/** What the serializers of OpenTelemetry have in common. */
interface Serializer<Items> {
  serializeRequest(items: Items): Uint8Array | undefined
  deserializeResponse(answer: Uint8Array): { readonly partialSuccess?: { readonly errorMessage?: string } }
}

async function sender<Items>(signal: Signal, serializer: Serializer<Items>): Promise<(items: Items) => Promise<void>> {
  const protocol = getStringFromEnv(`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`) ?? getStringFromEnv('OTEL_EXPORTER_OTLP_PROTOCOL')
  if (protocol !== undefined && protocol !== 'http/protobuf')
    diag.warn(
      `OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf, got '${protocol}'; http/protobuf is used, to ${collectorEndpoint(signal)}.`,
    )
  const { collectorTransport } = await import('./collector-transport.ts')
  const send = await collectorTransport(signal)
  return async (items) => {
    const body = timed('export', () => serializer.serializeRequest(items))
    if (body === undefined) return
    const refusal = refused(serializer, await send(body))
    if (refusal) diag.warn(`the Collector refused a part of what was sent (${refusal}); its log and configuration say why.`)
  }
}

function refused<Items>(serializer: Serializer<Items>, answer: Uint8Array): string | undefined {
  try {
    return serializer.deserializeResponse(answer).partialSuccess?.errorMessage
  } catch {
    // It took everything in; that its answer is not in protobuf is its own affair.
    return undefined
  }
}
