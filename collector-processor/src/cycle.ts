import type { Emitter } from './emitters/emitter.ts'
import type { PrometheusClient } from './prometheus/client.ts'
import type { Report } from './recommendation/recommendation.ts'
import type { Settings } from './settings.ts'

/** What one evaluation needs. */
export interface Cycle {
  readonly settings: Settings
  readonly client: PrometheusClient
  /** Moment of the evaluation in Unix seconds; now by default. */
  readonly now?: number
  /** Where the report is published; nowhere by default. */
  readonly emitters?: readonly Emitter[]
  /** Called with one sentence for every emitter that could not publish. */
  readonly onEmitError?: (sentence: string) => void
}

/** One evaluation. Never rejects for what is wrong with Prometheus: the report then has `noVerdict`, and nothing else. */
export async function runCycle({ now = Date.now() / 1000 }: Cycle): Promise<Report> {
  return { recommendations: [], notAdvised: [], evaluatedAt: now, noVerdict: 'The rules are not there yet.' }
}
