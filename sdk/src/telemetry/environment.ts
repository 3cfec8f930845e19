import { diag } from '@opentelemetry/api'
import { getNumberFromEnv, getStringFromEnv } from '@opentelemetry/core'

/** The part of the names of OpenTelemetry's environment variables that says what is sent. */
export type Signal = 'METRICS' | 'TRACES'

/** Longest time that a timer of Node takes, in milliseconds; beyond it, it would fire at once, again and again. */
export const MAX_TIMER_MS = 2 ** 31 - 1

/** A number above zero, that a timer takes, from the environment; undefined, with a warning, where it is something else. */
export function positiveFromEnv(name: string): number | undefined {
  const value = getNumberFromEnv(name)
  if (value === undefined || (value > 0 && value <= MAX_TIMER_MS)) return value
  diag.warn(`${name} must be above 0 and at most ${MAX_TIMER_MS}, got ${value}; the default is used.`)
  return undefined
}

/** Where the exporters of OpenTelemetry will look for the Collector, without credentials: for messages only. */
export function collectorEndpoint(signal: Signal): string {
  const given = getStringFromEnv(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`) ?? getStringFromEnv('OTEL_EXPORTER_OTLP_ENDPOINT')
  return given !== undefined && URL.canParse(given) ? new URL(given).origin : 'http://localhost:4318'
}
