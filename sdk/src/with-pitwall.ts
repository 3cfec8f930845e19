import { diag } from '@opentelemetry/api'
import { getBooleanFromEnv } from '@opentelemetry/core'
import type { IMetricReader } from '@opentelemetry/sdk-metrics'
import { settingsFrom } from './options.ts'
import { startProfilers } from './start-profilers.ts'
import { isRegistered } from './telemetry/global-api.ts'
import { metricReaders } from './telemetry/metric-readers.ts'

/**
 * For agents with the OpenTelemetry Node SDK: `new NodeSDK(withPitwall({ … }))`. Starts the profilers and adds a reader for
 * what this SDK measures, where `OTEL_METRICS_EXPORTER` and `OTEL_EXPORTER_OTLP_*` say; resource, traces, views and
 * shutdown stay with the Node SDK.
 *
 * Where the configuration has metric readers, they go on as they are, and the added one sends the metrics of this SDK alone, so
 * that nothing is sent twice. Where it has none, the added one sends everything, in place of the Node SDK's own default.
 */
export function withPitwall<C extends object>(
  configuration: C & { metricReaders?: IMetricReader[] },
): C & { metricReaders?: IMetricReader[] } {
  if (getBooleanFromEnv('OTEL_SDK_DISABLED')) return configuration
  if (isRegistered('metrics')) {
    diag.warn('OpenTelemetry metrics are set up already, perhaps by `--import @pitwall/sdk/register`: withPitwall adds nothing to them.')
    return configuration
  }
  const given = configuration.metricReaders ?? []
  const settings = settingsFrom({})
  const { readers } = metricReaders(settings.metricExporters, {
    timeoutMs: settings.exportTimeoutMs,
    ownMetricsOnly: given.length > 0,
  })
  startProfilers(settings.profilers, settings.budget)
  return { ...configuration, metricReaders: [...given, ...readers] }
}
