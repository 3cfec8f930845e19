import { z } from 'zod'
import type { Settings } from '../settings.ts'
import { reason } from './client.ts'
import { PrometheusError } from './error.ts'
import { readText } from './read-text.ts'

const answer = z.object({ status: z.literal('success'), data: z.array(z.string()) })

/** Names of all metrics that Prometheus knows. Rejects with a `PrometheusError` of one sentence. */
export async function metricNames(settings: Settings): Promise<ReadonlySet<string>> {
  const url = `${settings.prometheusUrl.replace(/\/+$/, '')}/api/v1/label/__name__/values`
  try {
    const headers = { accept: 'application/json', ...settings.prometheusHeaders }
    const response = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(settings.queryTimeoutMs) })
    return new Set(answer.parse(JSON.parse(await readText(response, settings.maxResponseBytes))).data)
  } catch (error) {
    const why = error instanceof z.ZodError || error instanceof SyntaxError ? 'what it answered is not from Prometheus' : reason(error)
    throw new PrometheusError(`The metrics of Prometheus at ${url} are not known (${why}); check --prometheus.`, { cause: error })
  }
}
