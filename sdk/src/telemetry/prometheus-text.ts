import { type Attributes, diag } from '@opentelemetry/api'
import { type DataPoint, DataPointType, type Histogram, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { promotedResourceAttributes } from '../contract/index.ts'
import { prometheusMetricName } from './prometheus-metric.ts'

/**
 * The page that Prometheus scrapes (text format 0.0.4): every metric under the name and labels that it has when it comes
 * through the Collector. Written here because `exporter-prometheus` 0.301 leaves units out of names, and holds the event
 * loop twelve times as long (34 ms for 100 functions; docs/decisions.md). The text format has no exponential histograms; those are left out.
 */
export function prometheusText({ resource, scopeMetrics }: ResourceMetrics): string {
  const identity = promoted(resource.attributes)
  const families = new Map<string, Family>()
  for (const metric of scopeMetrics.flatMap((scope) => scope.metrics)) addTo(families, metric, identity)
  const target = `# HELP target_info Target metadata\n# TYPE target_info gauge\ntarget_info${labels(resource.attributes, {})} 1\n`
  return target + Array.from(families.values(), ({ head, samples }) => head + samples.join('')).join('')
}

/** All series of one name, which follow each other on the page whatever scope they come from. */
interface Family {
  readonly type: string
  readonly head: string
  readonly samples: string[]
}

function addTo(families: Map<string, Family>, metric: MetricData, identity: Attributes): void {
  if (metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM || metric.dataPoints.length === 0) return
  const name = prometheusMetricName(metric)
  const type = typeOf(metric)
  let family = families.get(name)
  if (family === undefined) {
    const help = metric.descriptor.description.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
    family = { type, head: `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`, samples: [] }
    families.set(name, family)
  }
  // Prometheus would refuse the whole page for a name with two types.
  if (family.type !== type)
    return diag.warn(
      `metric ${name} is a ${family.type} and a ${type}; the ${type} is not shown to Prometheus until it has a name of its own.`,
    )
  if (metric.dataPointType === DataPointType.HISTOGRAM)
    for (const point of metric.dataPoints) family.samples.push(histogramSamples(name, point, identity))
  else for (const point of metric.dataPoints) family.samples.push(`${name}${labels(point.attributes, identity)} ${text(point.value)}\n`)
}

function typeOf(metric: MetricData): string {
  if (metric.dataPointType === DataPointType.HISTOGRAM) return 'histogram'
  return metric.dataPointType === DataPointType.SUM && metric.isMonotonic ? 'counter' : 'gauge'
}

function histogramSamples(name: string, { attributes, value }: DataPoint<Histogram>, identity: Attributes): string {
  const own = labels(attributes, identity)
  const beforeBound = `${name}_bucket${own === '' ? '{' : `${own.slice(0, -1)},`}le="`
  const { boundaries, counts } = value.buckets
  let samples = ''
  let below = 0
  for (let index = 0; index < boundaries.length; index++) {
    below += counts[index] ?? 0
    samples += `${beforeBound}${bound(boundaries[index] ?? 0)}"} ${below}\n`
  }
  samples += `${beforeBound}+Inf"} ${value.count}\n`
  if (value.sum !== undefined) samples += `${name}_sum${own} ${text(value.sum)}\n`
  return `${samples}${name}_count${own} ${value.count}\n`
}

/** The attributes of a series, then those of the process that it does not have itself, in braces; empty without any. */
function labels(own: Attributes, identity: Attributes): string {
  const values = new Map<string, string>()
  for (const key in own) add(values, key, own[key])
  for (const key in identity) if (!values.has(labelName(key))) add(values, key, identity[key])
  if (values.size === 0) return ''
  let joined = ''
  for (const [name, value] of values) joined += `${joined === '' ? '{' : ','}${name}="${escaped(value)}"`
  return `${joined}}`
}

/** Two attributes that become one label share it, as the specification asks: a page that repeats a label is refused. */
function add(values: Map<string, string>, key: string, attribute: Attributes[string]): void {
  if (attribute === undefined) return
  const name = labelName(key)
  const value = typeof attribute === 'string' ? attribute : JSON.stringify(attribute)
  const other = values.get(name)
  values.set(name, other === undefined ? value : `${other};${value}`)
}

function promoted(attributes: Attributes): Attributes {
  return Object.fromEntries(promotedResourceAttributes.map((name) => [name, attributes[name]]))
}

const labelNames = new Map<string, string>()

function labelName(key: string): string {
  let name = labelNames.get(key)
  if (name === undefined) {
    const safe = key.replace(/[^a-zA-Z0-9]+/g, '_')
    name = /^\d/.test(safe) ? `key_${safe}` : safe.startsWith('_') ? `key${safe}` : safe
    // Keys are few; whoever makes them up without end does not fill our memory.
    if (labelNames.size < 1_000) labelNames.set(key, name)
  }
  return name
}

function escaped(value: string): string {
  return /["\\\n]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value
}

/** Bounds are labels, compared as text: below 1e-4 Go, hence the Collector, writes `2.5e-05` where JavaScript has `0.000025`. */
function bound(value: number): string {
  return value === 0 || Math.abs(value) >= 1e-4 ? text(value) : value.toExponential().replace(/e-(\d)$/, 'e-0$1')
}

function text(value: number): string {
  return value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value)
}
