import { system } from '@pitwall/sdk/contract'
import type { PrometheusClient } from './client.ts'
import { range, select } from './promql.ts'

/** Prometheus looks back five minutes for the sample of a moment; with shorter steps the newest one is found exactly. */
const LONGEST_STEP_SECONDS = 240

/**
 * When the newest sample of any agent was taken, in Unix seconds: the clock that their data goes by. Asked back for a
 * number of seconds; undefined when there is none.
 */
export async function newestSample(client: PrometheusClient, now: number, seconds: number): Promise<number | undefined> {
  const taken = `timestamp(${select(system.uptime)})`
  const step = range(Math.min(seconds / 12, LONGEST_STEP_SECONDS))
  // Steps begin at whole multiples of their length, so that only the moment itself sees what came after the last one.
  const [newest] = await client.query(`max(${taken}) or max(max_over_time(${taken}[${range(seconds)}:${step}]))`, now)
  return newest?.value
}
