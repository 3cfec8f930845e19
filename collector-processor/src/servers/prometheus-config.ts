import { promotedResourceAttributes } from '@pitwall/sdk/contract'

/** What the configuration of our Prometheus depends on. */
export interface PrometheusSettings {
  readonly scrapeIntervalMs: number
  readonly ruleFiles: readonly string[]
  /** `host:port` of Alertmanager, when there is one. */
  readonly alertmanager?: string | undefined
  /** `host:port` of the Collector's Prometheus exporter, when it is scraped. */
  readonly collector?: string | undefined
  /** `host:port` of agents that are scraped directly. */
  readonly agents: readonly string[]
  /** Whether this Prometheus has an OTLP receiver (3.0 and newer). */
  readonly otlp: boolean
}

/** Configuration for Prometheus as JSON, which is YAML and quotes itself. The same choices as in `docker/prometheus.yaml`. */
export function prometheusConfig({ scrapeIntervalMs, ruleFiles, alertmanager, collector, agents, otlp }: PrometheusSettings): string {
  const interval = `${scrapeIntervalMs}ms`
  const target = (address: string): { targets: string[] }[] => [{ targets: [address] }]
  const configuration = {
    global: { scrape_interval: interval, scrape_timeout: `${Math.min(10_000, scrapeIntervalMs)}ms`, evaluation_interval: interval },
    rule_files: ruleFiles,
    ...(alertmanager === undefined ? {} : { alerting: { alertmanagers: [{ static_configs: target(alertmanager) }] } }),
    scrape_configs: [
      // The Collector says which service a series is of: its `job` and `instance` are right, ours would be the Collector's.
      ...(collector === undefined ? [] : [{ job_name: 'collector', honor_labels: true, static_configs: target(collector) }]),
      ...(agents.length === 0 ? [] : [{ job_name: 'agents', static_configs: [{ targets: agents }] }]),
    ],
    // Agents send late after an outage; their samples are not to be lost.
    storage: { tsdb: { out_of_order_time_window: '30m' } },
    ...(otlp ? { otlp: { promote_resource_attributes: promotedResourceAttributes } } : {}),
  }
  return JSON.stringify(configuration, undefined, 2)
}
