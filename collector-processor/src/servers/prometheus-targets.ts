import { z } from 'zod'
import type { LaunchContext } from './definition.ts'
import { writePrometheusConfig } from './prometheus.ts'
import { until } from './ready.ts'

/** Prometheus hands new targets to its scrapers every 5 s (measured on 2.42: 4.6–5.6 s after start or reload, and no flag changes it). */
const DISCOVERY_MS = 12_000

/** The part of `/api/v1/targets` that is read here. */
const answerShape = z.object({
  data: z.object({ activeTargets: z.array(z.object({ discoveredLabels: z.record(z.string(), z.string()), health: z.string() })) }),
})

/** Waits until Prometheus has scraped the Collector, when it is to do so: from then on what agents send arrives. */
export async function discovered(context: LaunchContext, signal: AbortSignal | undefined): Promise<void> {
  const collector = context.options.scrapeCollector === false ? undefined : context.peer('collectorMetrics')
  if (collector === undefined) return
  await until(
    () => scrapes(context, [collector], 'up'),
    DISCOVERY_MS,
    () => signal?.aborted === true,
  )
}

/** Makes Prometheus scrape these addresses, and resolves when it has taken them over (about 5 s). */
export async function scrapeDirectly(context: LaunchContext, targets: readonly string[]): Promise<void> {
  await writePrometheusConfig(context, targets)
  const response = await fetch(`http://${context.own('prometheus')}/-/reload`, { method: 'POST', signal: AbortSignal.timeout(5_000) })
  if (!response.ok) throw new Error(`Prometheus refused its configuration: ${(await response.text()).trim()}`)
  if (targets.length > 0) await until(() => scrapes(context, targets), DISCOVERY_MS)
}

async function scrapes(context: LaunchContext, addresses: readonly string[], health?: string): Promise<boolean> {
  const response = await fetch(`http://${context.own('prometheus')}/api/v1/targets?state=active`, { signal: AbortSignal.timeout(1_000) })
  const { data } = answerShape.parse(await response.json())
  const targets = data.activeTargets.filter((target) => health === undefined || target.health === health)
  const known = new Set(targets.map(({ discoveredLabels }) => discoveredLabels['__address__']))
  return addresses.every((address) => known.has(address))
}
