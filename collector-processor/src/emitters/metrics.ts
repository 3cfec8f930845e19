import { hostname } from 'node:os'
import { healthSeries } from '../health/series.ts'
import type { Report } from '../recommendation/recommendation.ts'
import { type Point, recommendationSeries } from '../recommendation/series.ts'
import type { Emitter, EmitterSettings } from './emitter.ts'

/**
 * Recommendations and the health of services as series, over OTLP/HTTP to the Collector (or straight into Prometheus >= 3), once a cycle.
 *
 * Sent as OTLP's JSON by hand, because the JavaScript exporters cannot say "no recorded value": without that flag a
 * recommendation that changed its state would be exported in both states until the Collector forgets the old one after
 * minutes. With it the Collector, remote write and Prometheus end the series at once (docs/decisions.md).
 */
export default function metrics(settings: EmitterSettings): Emitter | undefined {
  const { otlpUrl, otlpHeaders = {}, timeoutMs = 10_000, instance = hostname() } = settings
  if (otlpUrl === undefined) return undefined
  const url = `${otlpUrl.replace(/\/+$/, '').replace(/\/v1\/metrics$/, '')}/v1/metrics`
  const closing = new AbortController()
  let open = new Map<string, Point>()

  return {
    emit: async (report: Report) => {
      // Nothing was concluded, so nothing is claimed and nothing taken back: what is there lapses by itself.
      if (report.noVerdict !== undefined) return
      const points = new Map([...recommendationSeries(report), ...healthSeries(report)].map((point) => [seriesKey(point), point]))
      const ended = [...open].filter(([key]) => !points.has(key)).map(([, point]) => point)
      if (points.size + ended.length > 0) {
        const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)])
        await post(url, otlpHeaders, exportRequest([...points.values()], ended, report.evaluatedAt, instance), signal, timeoutMs)
      }
      open = points
    },
    close: async () => closing.abort(),
  }
}

const seriesKey = ({ metric, attributes }: Point): string => JSON.stringify([metric.name, attributes])

/** `DataPointFlags.NO_RECORDED_VALUE` of opentelemetry-proto: this series has ended. */
const NO_RECORDED_VALUE = 1

/** An `ExportMetricsServiceRequest` in the JSON form of OTLP. */
function exportRequest(points: readonly Point[], ended: readonly Point[], time: number, instance: string): unknown {
  const timeUnixNano = `${Math.round(time * 1_000)}000000`
  const names = [...new Set(points.map(({ metric }) => metric))]
  const live = names.map((metric) => ({
    ...described(metric),
    gauge: {
      dataPoints: points
        .filter((point) => point.metric === metric)
        .map(({ attributes, value }) => ({ attributes: keyValues(attributes), timeUnixNano, asDouble: value })),
    },
  }))
  // A metric of its own for each: the Collector's Prometheus exporter stops reading a metric at its first ended point.
  const gone = ended.map(({ metric, attributes }) => ({
    ...described(metric),
    gauge: { dataPoints: [{ attributes: keyValues(attributes), timeUnixNano, flags: NO_RECORDED_VALUE }] },
  }))
  const resource = { attributes: keyValues({ 'service.name': 'pitwall', 'service.instance.id': instance }) }
  return {
    resourceMetrics: [{ resource, scopeMetrics: [{ scope: { name: '@pitwall/collector-processor' }, metrics: [...gone, ...live] }] }],
  }
}

function described({ name, unit, description }: Point['metric']): { name: string; unit: string; description: string } {
  return { name, unit, description }
}

function keyValues(attributes: Readonly<Record<string, string>>): unknown[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: { stringValue: value } }))
}

async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: unknown,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<void> {
  let response: Response
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      redirect: 'error',
      signal,
    })
    await response.body?.cancel()
  } catch (error) {
    const reason = signal.aborted ? `no answer within ${timeoutMs} ms` : failure(error)
    throw new Error(`The recommendations did not reach the Collector at ${url} (${reason}); start it or set --otlp.`, { cause: error })
  }
  if (!response.ok)
    throw new Error(`The Collector at ${url} refused the recommendations with HTTP status ${response.status}; check --otlp.`)
}

/** The system's own reason (`ECONNREFUSED`), which fetch hides in the cause. */
function failure(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (cause instanceof Error && 'code' in cause) return String(cause.code)
  return cause instanceof Error ? cause.message : String(cause)
}
