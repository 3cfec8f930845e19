import type { NotAdvised, Recommendation, Report } from '../recommendation/recommendation.ts'
import type { Alert } from './alerts.ts'

/** What was found out over all cycles of a run: the latest word on everything that was ever said. */
export class Logbook {
  readonly #recommendations = new Map<string, Recommendation>()
  readonly #notAdvised = new Map<string, NotAdvised>()
  readonly #alerts = new Map<string, Alert>()

  /** Takes down the outcome of a cycle; a cycle without a verdict says nothing. */
  note(report: Report): void {
    if (report.noVerdict !== undefined) return
    for (const recommendation of report.recommendations) this.#recommendations.set(recommendation.id, recommendation)
    for (const item of report.notAdvised) this.#notAdvised.set(keyOf(item), item)
  }

  /** Takes down what fires now: one alert a recommendation, the latest. */
  noteAlerts(alerts: readonly Alert[]): void {
    for (const alert of alerts) this.#alerts.set(alert.labels['id'] ?? JSON.stringify(alert.labels), alert)
  }

  get(id: string): Recommendation | undefined {
    return this.#recommendations.get(id)
  }

  /** In the order in which they were first found. */
  get recommendations(): readonly Recommendation[] {
    return [...this.#recommendations.values()]
  }

  /** Without what was advised after all, once there was data enough. */
  get notAdvised(): readonly NotAdvised[] {
    const advised = new Set(this.recommendations.map(keyOf))
    return [...this.#notAdvised].filter(([key]) => !advised.has(key)).map(([, item]) => item)
  }

  get alerts(): readonly Alert[] {
    return [...this.#alerts.values()]
  }
}

function keyOf({ rule, service, subject }: Pick<NotAdvised, 'rule' | 'service' | 'subject'>): string {
  return JSON.stringify([rule, service, subject])
}
