import { z } from 'zod'
import type { Settings } from '../settings.ts'
import { PrometheusError, RefusedError } from './error.ts'
import { limit } from './limit.ts'
import { readText } from './read-text.ts'

/** One series at one moment. */
export interface InstantSeries {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** One series over time, oldest sample first. */
export interface RangeSeries {
  readonly labels: Readonly<Record<string, string>>
  /** Unix seconds and value. */
  readonly samples: readonly (readonly [time: number, value: number])[]
}

/** Span and resolution of a range query, in Unix seconds and seconds. */
export interface Range {
  readonly start: number
  readonly end: number
  readonly step: number
}

/**
 * Whatever answers PromQL. Every method rejects with a `PrometheusError` that says in one sentence what is wrong. The signal
 * ends a query that nobody waits for any more, and one whose turn has not come is then not sent.
 */
export interface PrometheusClient {
  /** The value of every series of an expression at a moment, in Unix seconds. */
  query(promql: string, time: number, signal?: AbortSignal): Promise<readonly InstantSeries[]>
  /** The values of every series of an expression at each step of a range. */
  queryRange(promql: string, range: Range, signal?: AbortSignal): Promise<readonly RangeSeries[]>
}

/** The settings that matter for talking to Prometheus. */
export type ClientSettings = Pick<
  Settings,
  'prometheusUrl' | 'prometheusHeaders' | 'queryTimeoutMs' | 'concurrency' | 'maxResponseBytes'
> & {
  /** Ends the queries under way, so that a program can stop while Prometheus does not answer. */
  readonly signal?: AbortSignal
}

/** A client of Prometheus' HTTP API (also Thanos, Mimir, Cortex, VictoriaMetrics): a deadline and a size limit for every answer. */
export function prometheusClient(settings: ClientSettings): PrometheusClient {
  const inTurn = limit(settings.concurrency)
  return {
    query: async (promql, time, signal) => {
      const data = await inTurn(() => post(stoppedBy(settings, signal), 'query', { query: promql, time: time.toFixed(3) }, vector))
      return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
    },
    queryRange: async (promql, { start, end, step }, signal) => {
      const parameters = { query: promql, start: start.toFixed(3), end: end.toFixed(3), step: step.toFixed(3) }
      const data = await inTurn(() => post(stoppedBy(settings, signal), 'query_range', parameters, matrix))
      return data.result.map(({ metric, values }) => ({
        labels: metric,
        samples: values.map((one) => sampleOf(one, settings)),
      }))
    },
  }
}

function stoppedBy(settings: ClientSettings, signal: AbortSignal | undefined): ClientSettings {
  const signals = [settings.signal, signal].filter((one) => one !== undefined)
  return { ...settings, signal: AbortSignal.any(signals) }
}

const sample = z.tuple([z.number(), z.string()])
const labels = z.record(z.string(), z.string())
const vector = z.object({ resultType: z.literal('vector'), result: z.array(z.object({ metric: labels, value: sample })) })
// Samples are by far the most there is in an answer, and the schema would take four times as long for them: `sampleOf` checks them.
const samples = z.custom<readonly unknown[]>((value) => Array.isArray(value))
const matrix = z.object({ resultType: z.literal('matrix'), result: z.array(z.object({ metric: labels, values: samples })) })
const envelope = z.object({
  status: z.enum(['success', 'error']),
  data: z.unknown().optional(),
  error: z.string().optional(),
  warnings: z.array(z.string()).optional(),
})

/** The sample with its value as a number: in place, because copies of all of them would be most of the memory that is used. */
function sampleOf(sample: unknown, { prometheusUrl }: ClientSettings): readonly [time: number, value: number] {
  if (Array.isArray(sample) && typeof sample[0] === 'number' && typeof sample[1] === 'string') {
    sample[1] = Number(sample[1])
    if (isPair(sample)) return sample
  }
  throw new PrometheusError(
    `Prometheus at ${prometheusUrl} answered in a form that is not known here: a sample is no pair of time and text.`,
  )
}

function isPair(sample: readonly unknown[]): sample is readonly [time: number, value: number] {
  return typeof sample[0] === 'number' && typeof sample[1] === 'number'
}

/** Posts the query as a form, because an expression may be longer than an address can be. */
async function post<D>(settings: ClientSettings, path: string, parameters: Record<string, string>, data: z.ZodType<D>): Promise<D> {
  const url = `${settings.prometheusUrl.replace(/\/+$/, '')}/api/v1/${path}`
  const { status, text } = await send(settings, url, parameters)
  const answer = envelope.safeParse(parseJson(text))
  if (answer.data?.status === 'error')
    throw new RefusedError(`Prometheus at ${url} refused a query: ${answer.data.error ?? 'no reason given'}.`)
  if (status !== 200) throw new PrometheusError(`Prometheus at ${url} answered with HTTP status ${status}${hint(status)}.`)
  if (!answer.success) {
    throw new PrometheusError(`${url} answered with something that is not from Prometheus (${beginning(text)}); check the address.`)
  }
  // A warning of a query front end means that a part of the data is missing: conclusions from it would be wrong.
  // The engine's own notes on an expression (Prometheus >= 2.48) begin with 'PromQL' and are none of that.
  const warning = answer.data.warnings?.find((text) => !text.startsWith('PromQL '))
  if (warning !== undefined) throw new PrometheusError(`Prometheus at ${url} answered with only a part of the data: ${warning}.`)
  const parsed = data.safeParse(answer.data.data)
  if (!parsed.success)
    throw new PrometheusError(`Prometheus at ${url} answered in a form that is not known here: ${parsed.error.issues[0]?.message}.`)
  return parsed.data
}

async function send(settings: ClientSettings, url: string, parameters: Record<string, string>): Promise<{ status: number; text: string }> {
  const deadline = AbortSignal.timeout(settings.queryTimeoutMs)
  const signal = settings.signal === undefined ? deadline : AbortSignal.any([deadline, settings.signal])
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { accept: 'application/json', ...settings.prometheusHeaders },
      body: new URLSearchParams(parameters),
      redirect: 'error',
      signal,
    })
    return { status: response.status, text: await readText(response, settings.maxResponseBytes) }
  } catch (error) {
    if (error instanceof PrometheusError) throw error
    if (settings.signal?.aborted === true) throw new PrometheusError(`The query to ${url} was stopped.`, { cause: error })
    if (deadline.aborted)
      throw new PrometheusError(`Prometheus at ${url} gave no answer within ${settings.queryTimeoutMs} ms.`, { cause: error })
    const why = reason(error)
    const advice = isUntrusted(why) ? 'name a file with its authority in NODE_EXTRA_CA_CERTS' : 'start it or set PITWALL_PROMETHEUS_URL'
    throw new PrometheusError(`Prometheus at ${url} cannot be reached (${why}); ${advice}.`, { cause: error })
  }
}

/** The system's own reason (`ECONNREFUSED`), which fetch hides in the cause. */
export function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (cause instanceof Error && 'code' in cause) return String(cause.code)
  return cause instanceof Error ? cause.message : String(cause)
}

/** Whether it is the certificate that is not trusted, by the codes of OpenSSL. */
function isUntrusted(code: string): boolean {
  return /SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)/.test(code)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function hint(status: number): string {
  if (status === 401 || status === 403) return '; set its token in PITWALL_PROMETHEUS_HEADERS'
  return status === 404 ? '; check the address' : ''
}

function beginning(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line === '' ? 'an empty answer' : `'${line.slice(0, 40)}'`
}
