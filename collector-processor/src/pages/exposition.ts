import { prometheusLabel, prometheusName } from '@pitwall/sdk/contract'
import type { Point } from '../recommendation/series.ts'

/**
 * Points as Prometheus text (format 0.0.4), under the names that they have through the Collector, for a Prometheus that
 * scrapes the optimizer itself. `identity` is added to every series.
 */
export function exposition(points: readonly Point[], identity: Readonly<Record<string, string>> = {}): string {
  const metrics = [...new Set(points.map(({ metric }) => metric))]
  const families = metrics.map((metric) => {
    const name = prometheusName(metric)
    const samples = points
      .filter((point) => point.metric === metric)
      .map(({ attributes, value }) => `${name}${labels({ ...attributes, ...identity })} ${value}\n`)
    const type = metric.kind === 'counter' ? 'counter' : 'gauge'
    return `# HELP ${name} ${metric.description}\n# TYPE ${name} ${type}\n${samples.join('')}`
  })
  return families.join('')
}

/** An empty label is an absent one. */
function labels(attributes: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(attributes)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${prometheusLabel(key)}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')
}
