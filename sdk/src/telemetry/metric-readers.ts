import { ConsoleMetricExporter, type IMetricReader } from '@opentelemetry/sdk-metrics'
import { otlpMetricReader, type OtlpOptions, periodicReader } from './otlp.ts'
import { type ScrapeOptions, ScrapeReader } from './scrape.ts'

/** Readers of every exporter that was asked for, each with the SDK's metric producer. */
export interface MetricReaders {
  readonly readers: readonly IMetricReader[]
  /** The one that Prometheus scrapes, if there is one. */
  readonly scrape: ScrapeReader | undefined
}

/** @param exporters any of `otlp`, `prometheus` and `console`; others are left out */
export function metricReaders(exporters: ReadonlySet<string>, options: OtlpOptions & { scrape?: ScrapeOptions }): MetricReaders {
  const readers: IMetricReader[] = []
  const scrape = exporters.has('prometheus')
    ? new ScrapeReader({ ...options.scrape, ownMetricsOnly: options.ownMetricsOnly ?? false })
    : undefined
  if (exporters.has('otlp')) readers.push(otlpMetricReader(options))
  if (exporters.has('console')) readers.push(periodicReader(new ConsoleMetricExporter(), options.intervalMs))
  if (scrape !== undefined) readers.push(scrape)
  return { readers, scrape }
}
