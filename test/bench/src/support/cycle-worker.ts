import { runCycle } from '../../../../collector-processor/dist/cycle.js'
import { type PrometheusClient, prometheusClient } from '../../../../collector-processor/dist/prometheus/client.js'
import { RECORDED } from '../../../../collector-processor/dist/prometheus/recorded.js'
import { recommendationSeries } from '../../../../collector-processor/dist/recommendation/series.js'
import type { Recommendation } from '../../../../collector-processor/dist/recommendation/recommendation.js'
import { parseSettings } from '../../../../collector-processor/dist/settings.js'
import { serve } from './worker.ts'

/** What one evaluation of the optimizer took. */
export interface CycleCost {
  readonly queries: number
  readonly seconds: number
  /** Processor time of this process since its start, and of Prometheus, in seconds. */
  readonly ownSeconds: number
  readonly serverSeconds: number
  /** Most memory that the process has had, in MiB. */
  readonly memoryMiB: number
  readonly noVerdict?: string
  readonly found: readonly Pick<Recommendation, 'id' | 'title' | 'saving'>[]
}

/** One evaluation; without what recording rules have answered, when they are not to be used. */
async function cycle(prometheusUrl: string, now: number, scrapeSeconds: number, isRecorded: boolean): Promise<CycleCost> {
  // A busy machine is no reason for a benchmark to fail: it says how long it took.
  const settings = parseSettings({ prometheusUrl, scrapeIntervalMs: scrapeSeconds * 1_000, queryTimeoutMs: 300_000 })
  const client = prometheusClient(settings)
  let queries = 0
  const counting: PrometheusClient = {
    query: (promql, time, signal) => (queries++, client.query(promql, time, signal)),
    queryRange: async (promql, range, signal) => {
      queries++
      return !isRecorded && promql.includes(RECORDED) ? [] : client.queryRange(promql, range, signal)
    },
  }
  const cpuBefore = await serverCpu(prometheusUrl)
  const start = performance.now()
  const report = await runCycle({ settings, client: counting, now })
  const seconds = (performance.now() - start) / 1_000
  recommendationSeries(report)
  return {
    queries,
    seconds,
    memoryMiB: process.resourceUsage().maxRSS / 1_024,
    ownSeconds: (process.resourceUsage().userCPUTime + process.resourceUsage().systemCPUTime) / 1e6,
    serverSeconds: (await serverCpu(prometheusUrl)) - cpuBefore,
    ...(report.noVerdict === undefined ? {} : { noVerdict: report.noVerdict }),
    found: report.recommendations.map(({ id, title, saving }) => ({ id, title, saving })),
  }
}

/** Processor time of a Prometheus since its start, in seconds. */
async function serverCpu(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^process_cpu_seconds_total (\S+)/m.exec(text)?.[1])
}

/** The optimizer in a process of its own. */
export const service = { cycle }

serve(service)
