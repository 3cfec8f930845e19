import { type AttributeKey, type HistogramDefinition, type NumberDefinition, prometheusLabel, prometheusName } from '@pitwall/sdk/contract'
import type { HistogramState, MetricSink, MetricSource } from '../../../../sdk/dist/telemetry/source.js'

type Attributes = Readonly<Partial<Record<AttributeKey, string | number>>>

/** Writes down what Prometheus would have scraped, as OpenMetrics text that `promtool tsdb create-blocks-from` reads. */
export class Recorder {
  /** Lines by metric, then by series: so the format wants them. */
  readonly #metrics = new Map<string, Map<string, string[]>>()

  /** One scrape of one process, at a time in Unix seconds. */
  scrape(sources: Iterable<MetricSource>, identity: Readonly<Record<string, string>>, second: number): void {
    const write = (name: string, attributes: Attributes, value: number, le?: string) =>
      this.#add(name, labelsOf({ ...attributes, ...identity }, le), value, second)
    const sink: MetricSink = {
      number: (metric: NumberDefinition, attributes: Attributes, value: number) => write(prometheusName(metric), attributes, value),
      histogram(metric: HistogramDefinition, attributes: Attributes, { counts, sum, count }: HistogramState) {
        const name = prometheusName(metric)
        let below = 0
        for (const [index, bound] of metric.buckets.entries()) {
          below += counts[index] ?? 0
          write(`${name}_bucket`, attributes, below, String(bound))
        }
        write(`${name}_bucket`, attributes, count, '+Inf')
        write(`${name}_sum`, attributes, sum)
        write(`${name}_count`, attributes, count)
      },
    }
    for (const source of sources) source.collect(sink)
  }

  /** One value of one series. */
  #add(name: string, labels: string, value: number, second: number): void {
    let metric = this.#metrics.get(name)
    if (metric === undefined) this.#metrics.set(name, (metric = new Map()))
    let lines = metric.get(labels)
    if (lines === undefined) metric.set(labels, (lines = []))
    lines.push(`${name}${labels} ${value} ${second}\n`)
  }

  /** The text, metric by metric. */
  *text(): Generator<string> {
    for (const [name, series] of this.#metrics) {
      yield `# TYPE ${name} unknown\n`
      for (const lines of series.values()) yield lines.join('')
    }
    yield '# EOF\n'
  }
}

function labelsOf(attributes: Readonly<Record<string, string | number | undefined>>, le: string | undefined): string {
  const pairs = Object.entries(attributes).map(([key, value]) => `${prometheusLabel(key)}=${JSON.stringify(String(value))}`)
  return `{${[...pairs, ...(le === undefined ? [] : [`le="${le}"`])].join(',')}}`
}
