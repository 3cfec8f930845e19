import { diag } from '@opentelemetry/api'
import { getNumberFromEnv, getStringFromEnv, getStringListFromEnv } from '@opentelemetry/core'
import { OptionError } from './errors.ts'
import type { Profiler } from './profilers/profiler.ts'
import type { Budget } from './sampling/shedding.ts'
import type { SpanExporterName } from './telemetry/tracing.ts'

const metricExporters = ['otlp', 'prometheus', 'console', 'none'] as const

/** Where metrics go. `otlp`: to the Collector; `prometheus`: scraped from the process; `console`: printed, for a look. */
export type MetricExporterName = (typeof metricExporters)[number]

/** Options of `register`. What is not set comes from the environment, then from the defaults in `registerOptions`. */
export interface RegisterOptions {
  readonly exporter?: MetricExporterName | readonly MetricExporterName[]
  readonly serviceName?: string
  readonly exportIntervalMs?: number
  readonly prometheusHost?: string
  readonly prometheusPort?: number
  readonly traces?: boolean
  readonly shutdownTimeoutMs?: number
  readonly profilers?: readonly (Profiler | string)[]
  readonly maxOverhead?: number
  readonly maxOverheadBytes?: number
}

/** One option as the documentation needs it. */
export interface OptionDescription {
  /** Used where neither the option nor the variable is set. */
  readonly default: string
  /** Environment variable that sets it for a process started with `--import @pitwall/sdk/register`. */
  readonly env?: string
  /** What it may be, as the end of "must be …". */
  readonly allowed: string
  readonly meaning: string
  readonly isAllowed: (value: unknown) => boolean
}

/** Every option of `register`, once: messages and documentation are made from it. */
export const registerOptions: Readonly<Record<keyof RegisterOptions, OptionDescription>> = {
  exporter: {
    default: "'otlp'",
    env: 'OTEL_METRICS_EXPORTER',
    allowed: "'otlp', 'prometheus', 'console', 'none', or a list of them",
    meaning: 'Where metrics go: to the Collector, or to a port that Prometheus scrapes.',
    isAllowed: (value) => (Array.isArray(value) ? value : [value]).every((name) => isMetricExporter(name)),
  },
  serviceName: {
    default: 'unknown_service:node',
    env: 'OTEL_SERVICE_NAME',
    allowed: 'a text of 1 to 255 characters',
    meaning: 'Name of the agent; all processes of one fleet share it.',
    isAllowed: (value) => typeof value === 'string' && value.length > 0 && value.length <= 255,
  },
  exportIntervalMs: {
    default: '60000',
    env: 'OTEL_METRIC_EXPORT_INTERVAL',
    allowed: 'a number of milliseconds from 100 to 3600000',
    meaning: 'Time between two exports to the Collector, or to the console.',
    isAllowed: (value) => isBetween(value, 100, 3_600_000),
  },
  prometheusHost: {
    default: "'127.0.0.1'",
    env: 'OTEL_EXPORTER_PROMETHEUS_HOST',
    allowed: 'an address of this machine',
    meaning: 'Address to be scraped at. On loopback only requests for localhost are answered.',
    isAllowed: (value) => typeof value === 'string' && value.length > 0,
  },
  prometheusPort: {
    default: '9464',
    env: 'OTEL_EXPORTER_PROMETHEUS_PORT',
    allowed: 'a port from 0 to 65535, where 0 takes a free one',
    meaning: 'Port to be scraped at.',
    isAllowed: (value) => isBetween(value, 0, 65_535) && Number.isInteger(value),
  },
  traces: {
    default: 'false',
    env: 'OTEL_TRACES_EXPORTER',
    allowed: 'true or false',
    meaning: 'Whether spans are recorded and sent to the Collector (variable: otlp, console, none).',
    isAllowed: (value) => typeof value === 'boolean',
  },
  shutdownTimeoutMs: {
    default: '2000',
    allowed: 'a number of milliseconds from 0 to 60000',
    meaning: 'Longest time that the end of the process waits for the last export.',
    isAllowed: (value) => isBetween(value, 0, 60_000),
  },
  profilers: {
    default: 'every profiler of the SDK',
    env: 'PITWALL_PROFILERS',
    allowed: 'a list of profilers, or of their names',
    meaning: 'What watches the process (variable: names, or none); a bundled agent lists them itself.',
    isAllowed: (value) => Array.isArray(value),
  },
  maxOverhead: {
    default: '0.01',
    env: 'PITWALL_MAX_OVERHEAD',
    allowed: 'a share of one core above 0, up to 1',
    meaning: 'CPU time that the SDK may take; above it profilers are stopped, until there is room again.',
    isAllowed: (value) => isBetween(value, Number.MIN_VALUE, 1),
  },
  maxOverheadBytes: {
    default: '26214400',
    env: 'PITWALL_MAX_OVERHEAD_BYTES',
    allowed: 'a number of bytes from 1048576 (1 MiB) up',
    meaning: 'Memory that the SDK may hold, 25 MiB; above it profilers are stopped as well.',
    isAllowed: (value) => isBetween(value, 2 ** 20, Number.MAX_SAFE_INTEGER),
  },
}

/** What `register` works with: options and environment, made out. */
export interface Settings {
  readonly metricExporters: ReadonlySet<MetricExporterName>
  readonly spanExporters: readonly SpanExporterName[]
  readonly serviceName: string | undefined
  readonly exportIntervalMs: number | undefined
  readonly prometheusHost: string | undefined
  readonly prometheusPort: number | undefined
  readonly shutdownTimeoutMs: number
  /** An export gives up a little before the whole does, so that there is time to say so. */
  readonly exportTimeoutMs: number
  readonly profilers: readonly (Profiler | string)[] | undefined
  readonly budget: Budget
}

/** Options over environment over defaults. A wrong value is said in one sentence and left out: it must not stop an agent. */
export function settingsFrom(given: RegisterOptions): Settings {
  const options = onlyAllowed(given)
  const shutdownTimeoutMs = options.shutdownTimeoutMs ?? 2_000
  return {
    metricExporters: new Set(options.exporter === undefined ? exportersFromEnvironment() : [options.exporter].flat()),
    spanExporters: spanExporters(options.traces),
    serviceName: options.serviceName,
    exportIntervalMs: options.exportIntervalMs,
    prometheusHost: options.prometheusHost,
    prometheusPort: options.prometheusPort,
    shutdownTimeoutMs,
    exportTimeoutMs: 0.9 * shutdownTimeoutMs,
    profilers: options.profilers ?? profilersFromEnvironment(),
    budget: {
      share: options.maxOverhead ?? numberFromEnvironment('maxOverhead') ?? 0.01,
      bytes: options.maxOverheadBytes ?? numberFromEnvironment('maxOverheadBytes') ?? 25 * 2 ** 20,
    },
  }
}

function onlyAllowed(given: RegisterOptions): RegisterOptions {
  const wrong = Object.entries(given).filter(([name, value]) => value !== undefined && !isAllowed(name, value))
  for (const [name, value] of wrong) {
    const description = descriptionOf(name)
    diag.warn(
      description === undefined
        ? `register has no option '${name}'; it has ${Object.keys(registerOptions).join(', ')}.`
        : `${new OptionError(`register: ${name}`, value, description.allowed).message} The default is used.`,
    )
  }
  return { ...given, ...Object.fromEntries(wrong.map(([name]) => [name, undefined])) }
}

function descriptionOf(name: string): OptionDescription | undefined {
  return Object.entries(registerOptions).find(([known]) => known === name)?.[1]
}

function isAllowed(name: string, value: unknown): boolean {
  return descriptionOf(name)?.isAllowed(value) ?? false
}

function exportersFromEnvironment(): MetricExporterName[] {
  const names = getStringListFromEnv('OTEL_METRICS_EXPORTER') ?? ['otlp']
  for (const name of names)
    if (!isMetricExporter(name)) diag.warn(new OptionError('OTEL_METRICS_EXPORTER', name, metricExporters.join(', ')).message)
  return names.includes('none') ? [] : names.filter((name) => isMetricExporter(name))
}

function profilersFromEnvironment(): string[] | undefined {
  const names = getStringListFromEnv('PITWALL_PROFILERS')
  return names?.includes('none') ? [] : names
}

/** A number that the variable of this option sets; undefined, with a warning, where it is one that the option does not allow. */
function numberFromEnvironment(option: 'maxOverhead' | 'maxOverheadBytes'): number | undefined {
  const { env = '', allowed, isAllowed } = registerOptions[option]
  const value = getNumberFromEnv(env)
  if (value === undefined || isAllowed(value)) return value
  diag.warn(`${new OptionError(env, value, allowed).message} The default is used.`)
  return undefined
}

function spanExporters(traces: boolean | undefined): SpanExporterName[] {
  if (traces === false) return []
  const names = getStringListFromEnv('OTEL_TRACES_EXPORTER') ?? []
  if (names.includes('none')) return []
  for (const name of names)
    if (!isSpanExporter(name)) diag.warn(new OptionError('OTEL_TRACES_EXPORTER', name, 'otlp, console or none').message)
  if (names.length > 0) return names.filter((name) => isSpanExporter(name))
  return traces === true || getStringFromEnv('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') !== undefined ? ['otlp'] : []
}

function isMetricExporter(name: unknown): name is MetricExporterName {
  return metricExporters.some((known) => known === name)
}

function isSpanExporter(name: string): name is SpanExporterName {
  return name === 'otlp' || name === 'console'
}

function isBetween(value: unknown, lowest: number, highest: number): boolean {
  return typeof value === 'number' && value >= lowest && value <= highest
}
