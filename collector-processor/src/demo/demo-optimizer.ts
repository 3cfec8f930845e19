import { runCycle } from '../cycle.ts'
import { createEmitters } from '../emitters/emitter.ts'
import { exposition } from '../pages/exposition.ts'
import { prometheusClient } from '../prometheus/client.ts'
import type { Report } from '../recommendation/recommendation.ts'
import { recommendationSeries } from '../recommendation/series.ts'
import { discoverRules } from '../rules/rule.ts'
import { startServer } from '../server.ts'
import { parseSettings } from '../settings.ts'
import { pace } from './pace.ts'

/** Where the optimizer reads and writes. */
export interface DemoOptimizerOptions {
  readonly prometheusUrl: string
  readonly otlpUrl?: string | undefined
  /** File that keeps the latest report after the demo. */
  readonly reportFile?: string | undefined
  /** Called with one sentence for everything that could not be published. */
  readonly onTrouble: (sentence: string) => void
}

/** The optimizer of `pitwall serve`, whose cycles are run by the story. */
export interface DemoOptimizer {
  /** Address of its pages, without a slash at the end. */
  readonly url: string
  /** One cycle, published. Never rejects. */
  cycle(): Promise<Report>
  /** Never rejects. */
  close(): Promise<void>
}

/** The real cycle, rules and emitters; only the windows are shorter than in production (`pace.ts`). */
export async function startOptimizer({ prometheusUrl, otlpUrl, reportFile, onTrouble }: DemoOptimizerOptions): Promise<DemoOptimizer> {
  let report: Report = { recommendations: [], notAdvised: [], evaluatedAt: 0, noVerdict: 'The first evaluation is still to come.' }
  const emitters = await createEmitters({ otlpUrl, reportFile, timeoutMs: 2_000 })
  const server = await startServer({
    port: 0,
    rules: await discoverRules(),
    content: () => ({ report, trouble: [], metrics: exposition(recommendationSeries(report)) }),
  })
  const settings = parseSettings({ prometheusUrl, runbookUrl: `${server.url}/rules/`, ...pace.optimizer })
  const client = prometheusClient(settings)
  return {
    url: server.url,
    cycle: async () => (report = await runCycle({ settings, client, emitters, onEmitError: onTrouble })),
    close: async () => {
      await Promise.all([server.close(), ...emitters.map((emitter) => emitter.close())])
    },
  }
}
