import { runCycle } from '../../../../collector-processor/dist/cycle.js'
import { type PrometheusClient, prometheusClient } from '../../../../collector-processor/dist/prometheus/client.js'
import { recommendationSeries } from '../../../../collector-processor/dist/recommendation/series.js'
import { parseSettings } from '../../../../collector-processor/dist/settings.js'
import { serve } from './worker.ts'

/** What one evaluation of the optimizer took. */
export interface CycleCost {
  readonly queries: number
  readonly seconds: number
  /** Most memory that the process has had, in MiB. */
  readonly memoryMiB: number
  /** Seconds that each query took, the longest first, with the beginning of its expression. */
  readonly longest: readonly (readonly [seconds: number, promql: string])[]
  readonly noVerdict?: string
  /** `id rule subject saving` of each recommendation. */
  readonly found: readonly string[]
}

async function cycle(prometheusUrl: string, now: number, scrapeSeconds: number): Promise<CycleCost> {
  const settings = parseSettings({ prometheusUrl, scrapeIntervalMs: scrapeSeconds * 1_000 })
  const client = prometheusClient(settings)
  const took: [number, string][] = []
  const timed = async <T>(promql: string, answer: Promise<T>): Promise<T> => {
    const start = performance.now()
    return answer.finally(() => took.push([(performance.now() - start) / 1_000, promql]))
  }
  const counting: PrometheusClient = {
    query: (promql, time, signal) => timed(promql, client.query(promql, time, signal)),
    queryRange: (promql, range, signal) => timed(promql, client.queryRange(promql, range, signal)),
  }
  const start = performance.now()
  const report = await runCycle({ settings, client: counting, now })
  const seconds = (performance.now() - start) / 1_000
  recommendationSeries(report)
  return {
    queries: took.length,
    seconds,
    memoryMiB: process.resourceUsage().maxRSS / 1_024,
    longest: took.toSorted(([a], [b]) => b - a).slice(0, 5),
    ...(report.noVerdict === undefined ? {} : { noVerdict: report.noVerdict }),
    found: report.recommendations.map(({ id, rule, subject, saving }) => `${id} ${rule} ${subject} ${saving.likely.toPrecision(3)}`),
  }
}

/** The optimizer in a process of its own. */
export const service = { cycle }

serve(service)
