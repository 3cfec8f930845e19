import type { Recommendation } from '../recommendation/recommendation.ts'
import type { MissingServer, RunningServer } from '../servers/stack.ts'
import { formatNumber, formatSaving } from '../text/numbers.ts'
import { bold } from '../text/table.ts'
import type { Alert } from './alerts.ts'
import type { FleetTotals } from './fleet.ts'

/** One line a server: what runs, where it came from, its address; and what is missing, with what to do. */
export function serverLines(running: readonly RunningServer[], missing: readonly MissingServer[]): string[] {
  return [
    ...running.map(({ name, version, origin, endpoint }) => `  ${name.padEnd(13)} ${version.padEnd(9)} ${endpoint.padEnd(28)} ${origin}`),
    ...missing.map(({ reason }) => `  missing       ${reason}`),
  ]
}

/** What is about to be changed in the running fleet. */
export function applyLine({ title, change }: Recommendation, agents: number): string {
  const settings = Object.entries(change).map(([name, value]) => `${name} ${typeof value === 'number' ? formatNumber(value) : value}`)
  return `Applying #1 in ${agents} running agents: ${title}${settings.length > 0 ? ` (${settings.join(', ')})` : ''}`
}

/** The prediction beside the measurement, and the verdict. */
export function verdictLines({ saving, actual, state }: Recommendation, colour: boolean): string[] {
  if (actual === undefined) return ['  measured    not yet: the change was not seen for long enough']
  const inside = actual >= saving.lower && actual <= saving.upper
  const verdict = `${state}: the measured saving lies ${inside ? 'inside' : 'outside'} the predicted interval`
  return [
    `  predicted   ${formatSaving(saving)}`,
    `  measured    ${formatNumber(actual)} ${saving.unit}`,
    `  verdict     ${colour ? bold(verdict) : verdict}`,
  ]
}

/** What Alertmanager holds, as one would read it there. */
export function alertLines(alerts: readonly Alert[]): string[] {
  if (alerts.length === 0) return ['No alerts in Alertmanager.']
  return [
    `${alerts.length} ${alerts.length === 1 ? 'alert' : 'alerts'} in Alertmanager:`,
    ...alerts.map(({ annotations, labels }) => `  ${annotations['summary'] ?? labels['alertname'] ?? ''}`),
  ]
}

/** How the agents fared. */
export function agentsLine({ calls, errors, firstError }: FleetTotals): string {
  const first = firstError === undefined ? '' : ` (the first: ${firstError})`
  return `agents: ${formatNumber(calls)} calls, ${formatNumber(errors)} errors${first}`
}

/** Addresses to look at; `undefined` for a server that does not run. */
export interface Addresses {
  readonly prometheus: string
  readonly alertmanager?: string | undefined
  readonly report: string
}

/** Where to look at the same in a browser. */
export function addressLines({ prometheus, alertmanager, report }: Addresses): string[] {
  return [
    `  report       ${report}/`,
    `  Prometheus   ${prometheus}/graph`,
    ...(alertmanager === undefined ? [] : [`  alerts       ${alertmanager}/#/alerts`]),
  ]
}

/** What stays, what is gone with the demo, and what to do next. */
export function farewellLines(addresses: Addresses, reportFile: string | undefined): string[] {
  return [
    ...(reportFile === undefined ? [] : [`The report stays in ${reportFile}`]),
    'These are gone with the demo; pitwall demo --keep leaves them up:',
    ...addressLines(addresses),
    '',
    ...nextLines(undefined),
  ]
}

/** What to type next. */
export function nextLines(otlpUrl: string | undefined): string[] {
  return [
    'Your own agent, with nothing changed in it:',
    ...(otlpUrl === undefined ? ['  pitwall up'] : []),
    `  OTEL_SERVICE_NAME=my-agent OTEL_EXPORTER_OTLP_ENDPOINT=${otlpUrl ?? 'http://127.0.0.1:4318'} node --import @pitwall/sdk/register agent.js`,
  ]
}
