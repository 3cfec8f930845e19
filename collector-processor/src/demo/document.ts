import type { NotAdvised, Recommendation } from '../recommendation/recommendation.ts'
import type { RunningServer } from '../servers/stack.ts'
import type { Alert } from './alerts.ts'

/** Milliseconds; the tables are counted from the moment when the servers were ready. Null when it never came to that. */
export interface DemoTimings {
  readonly serversReadyMs: number
  readonly firstTableMs: number | null
  readonly firstVerifiedMs: number | null
}

/** Everything that a run of the demo found out. */
export interface DemoOutcome {
  readonly servers: readonly RunningServer[]
  readonly recommendations: readonly Recommendation[]
  readonly notAdvised: readonly NotAdvised[]
  readonly alerts: readonly Alert[]
  readonly timings: DemoTimings
}

/** The document that `pitwall demo --json` prints. */
export function demoDocument({ servers, recommendations, notAdvised, alerts, timings }: DemoOutcome) {
  return {
    servers: servers.map(({ name, version, source }) => ({ name, version, source })),
    recommendations: recommendations.map(({ id, rule, title, service, subject, location, priority, effort, phase, saving }) => ({
      id,
      rule,
      title,
      service,
      subject,
      location,
      priority,
      effort,
      phase,
      saving: { unit: saving.unit, lower: saving.lower, likely: saving.likely, upper: saving.upper },
    })),
    verified: recommendations.flatMap(verified),
    alerts: alerts.map(({ labels, annotations }) => ({ labels, annotations })),
    notAdvised: notAdvised.map(({ subject, reason }) => ({ subject, reason })),
    timings,
  }
}

/** Predicted beside measured, for a change that was made and judged. */
function verified({ id, state, saving, actual }: Recommendation) {
  if (actual === undefined || (state !== 'verified' && state !== 'refuted')) return []
  const { unit, lower, likely, upper } = saving
  return [{ id, predicted: { unit, lower, likely, upper }, actual, inside: actual >= lower && actual <= upper }]
}
