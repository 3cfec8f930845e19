import { diag } from '@opentelemetry/api'
import { getNumberFromEnv, getStringFromEnv } from '@opentelemetry/core'
import { AggregationType, MetricReader } from '@opentelemetry/sdk-metrics'
import { reason } from './diagnostics.ts'
import { timed } from './own-time.ts'
import { metricProducer } from './producer.ts'
import type { ScrapeServer } from './scrape-server.ts'

/** Where OpenTelemetry's Prometheus exporters listen by default. */
const DEFAULT_PORT = 9464

/** Where Prometheus scrapes the process directly. */
export interface ScrapeOptions {
  /** Address to listen on; `OTEL_EXPORTER_PROMETHEUS_HOST`, then `127.0.0.1`. */
  readonly host?: string | undefined
  /** Port; `OTEL_EXPORTER_PROMETHEUS_PORT`, then 9464. 0 takes a free one. */
  readonly port?: number | undefined
  /** Shows the metrics of the SDK alone, not those of the instruments of the provider that the reader is given to. */
  readonly ownMetricsOnly?: boolean
}

/**
 * A reader that Prometheus scrapes: the metrics of the SDK, and of its provider, with the names and labels that they have
 * when they come through the Collector, so that one query fits both.
 */
export class ScrapeReader extends MetricReader {
  /** Address of the page once it is served; undefined where the port could not be had, which is said in one warning. */
  readonly endpoint: Promise<string | undefined>
  readonly #server: Promise<ScrapeServer | undefined>

  constructor({ host, port, ownMetricsOnly = false }: ScrapeOptions = {}) {
    const type = ownMetricsOnly ? AggregationType.DROP : AggregationType.DEFAULT
    super({ metricProducers: [metricProducer], aggregationSelector: () => ({ type }) })
    this.#server = this.#serve(
      host ?? getStringFromEnv('OTEL_EXPORTER_PROMETHEUS_HOST') ?? '127.0.0.1',
      port ?? getNumberFromEnv('OTEL_EXPORTER_PROMETHEUS_PORT') ?? DEFAULT_PORT,
    )
    this.endpoint = this.#server.then((server) => server?.url)
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve()
  }

  protected override async onShutdown(): Promise<void> {
    const server = await this.#server
    server?.close()
  }

  async #serve(host: string, port: number): Promise<ScrapeServer | undefined> {
    try {
      const { startScrapeServer } = await import('./scrape-server.ts')
      return await startScrapeServer({ host, port, page: () => this.#page() })
    } catch (error) {
      diag.warn(
        `metrics cannot be scraped at ${host}:${port} (${reason(error)}). Set OTEL_EXPORTER_PROMETHEUS_HOST to an address of this machine, and OTEL_EXPORTER_PROMETHEUS_PORT to a free port, or to 0.`,
      )
      return undefined
    }
  }

  async #page(): Promise<string> {
    const { resourceMetrics, errors } = await this.collect()
    for (const error of errors) diag.error(`a source of metrics failed (${reason(error)}); the page goes without it.`)
    const { prometheusText } = await import('./prometheus-text.ts')
    return timed('export', () => prometheusText(resourceMetrics))
  }
}
