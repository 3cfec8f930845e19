import * as contract from '../../sdk/src/contract/index.ts'
import { attributes, type MetricDefinition, prometheusLabel, prometheusName } from '../../sdk/src/contract/index.ts'

const families = [
  ['Caches', { ...contract.cache, ...contract.cacheCosts }],
  ['Functions', { ...contract.calls, ...contract.cpuWait, ...contract.effects, ...contract.subjects }],
  ['Runs', contract.runs],
  ['Reuse', contract.reuse],
  ['Process', { ...contract.system, ...contract.runtime }],
  ['Event loop', contract.eventLoop],
  ['Heap', contract.heap],
  ['Memory', { ...contract.memory, ...contract.leak }],
  ['Models', contract.models],
  ['Models, of other instrumentations', contract.genAi],
  ['Pools of connections, of other instrumentations', contract.pools],
  ['CPU profile', contract.cpuProfiles],
  ['Recommendations', contract.advice],
  ['Optimizer', { ...contract.optimizer, ...contract.health }],
  ['The SDK itself', contract.sdk],
] as const

function row(metric: MetricDefinition): string {
  const labels = metric.attributes.map((key) => `\`${prometheusLabel(key)}\``).join(', ')
  return `| \`${metric.name}\` | ${metric.kind}, ${metric.unit} | \`${prometheusName(metric)}\` | ${labels} | ${metric.description} |`
}

/** `docs/metrics.md`, made from the contract. */
export function metricsPage(): string {
  const sections = families.map(([title, family]) => {
    const rows = Object.values(family).map((metric: MetricDefinition) => row(metric))
    return `## ${title}\n\n| metric | instrument, unit | Prometheus | labels | meaning |\n|---|---|---|---|---|\n${rows.join('\n')}\n`
  })
  const keys = Object.entries(attributes).map(([key, { values, description }]) => `| \`${key}\` | ${values} | ${description} |`)
  return [
    '# The telemetry contract\n',
    'Made from `sdk/src/contract/` by `npm test -- -u`; do not edit. The names are the same in a direct scrape, through the Collector, by remote write and over OTLP.\n',
    `Every series also carries ${contract.promotedResourceAttributes.map((key) => `\`${prometheusLabel(key)}\``).join(', ')} of the process that sent it.\n`,
    ...sections,
    `## Attributes\n\n| attribute | values | meaning |\n|---|---|---|\n${keys.join('\n')}\n`,
  ].join('\n')
}
