import type { MetricDefinition } from './metric.ts'

const unitSuffix: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes', 'By/s': 'bytes_per_second', 'By/h': 'bytes_per_hour' }

/** Attribute or metric name → Prometheus label or name: everything but letters, digits and `_` becomes `_`. */
export function prometheusLabel(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/g, '_')
}

/**
 * OpenTelemetry metric → Prometheus metric name, by the default translation (UnderscoreEscapingWithSuffixes) of the
 * Collector and of Prometheus itself: unit suffix, then `_total` for counters, `_ratio` for gauges of unit `1`.
 * A histogram's name is the base of its `_bucket`, `_sum` and `_count`.
 * Source: opentelemetry "Prometheus and OpenMetrics compatibility"; measured on Collector 0.161 with Prometheus 2.42 and 3.
 */
export function prometheusName(metric: Pick<MetricDefinition, 'name' | 'kind' | 'unit'>): string {
  const parts = [prometheusLabel(metric.name)]
  const suffix = unitSuffix[metric.unit]
  if (suffix !== undefined) parts.push(suffix)
  else if (metric.unit === '1' && metric.kind === 'gauge') parts.push('ratio')
  if (metric.kind === 'counter') parts.push('total')
  return parts.join('_')
}
