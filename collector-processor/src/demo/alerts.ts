import { z } from 'zod'

const answer = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()),
  }),
)

/** An alert as Alertmanager has it. */
export type Alert = z.output<typeof answer>[number]

/** Active alerts of Alertmanager's API; none when it does not answer in time: the demo goes on without. */
export async function activeAlerts(alertmanagerUrl: string, timeoutMs = 2_000): Promise<Alert[]> {
  try {
    const response = await fetch(new URL('/api/v2/alerts?active=true', alertmanagerUrl), { signal: AbortSignal.timeout(timeoutMs) })
    return response.ok ? answer.parse(await response.json()) : []
  } catch {
    return []
  }
}
