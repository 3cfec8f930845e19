import { type AttributeKey, calls, prometheusLabel } from '@pitwall/sdk/contract'
import { type IdentityKey, select, selectPart } from '../prometheus/promql.ts'

/** Names of the two alerts; each comes with the severity `page` or `ticket`. */
export const ERRORS_ALERT = 'FunctionErrorsBurnBudget'
export const SLOW_CALLS_ALERT = 'FunctionSlowCallsBurnBudget'

/** What functions promise over 30 days, and what an alert asks for beyond that. */
export interface BurnRateOptions {
  /** Share of the calls of each function that succeed, above 0 and below 1. Default 0.99. */
  readonly errorObjective?: number | undefined
  /** Share of them that take no longer than `slowSeconds`. Default 0.99. */
  readonly slowObjective?: number | undefined
  /** One of the bounds of the buckets of durations, in seconds. Default 30. */
  readonly slowSeconds?: number | undefined
  /** Calls that the long window must have: of a handful, one that fails is a large share. Default 50. */
  readonly minCalls?: number | undefined
}

/** Two windows that must both burn so many times as fast as would use up the budget in 30 days. */
interface Pair {
  readonly long: string
  readonly short: string
  readonly factor: number
}

/**
 * Windows of Sloth (`google-30d`), after the SRE workbook: 2 % of the budget in an hour or 5 % in six page, 10 % in one day or
 * in three are a ticket. The long window says that it matters, the short one that it still goes on.
 */
const severities: Readonly<Record<'page' | 'ticket', readonly Pair[]>> = {
  page: [
    { long: '1h', short: '5m', factor: 14.4 },
    { long: '6h', short: '30m', factor: 6 },
  ],
  ticket: [
    { long: '1d', short: '2h', factor: 3 },
    { long: '3d', short: '6h', factor: 1 },
  ],
}

const by = `by (${(['service.namespace', 'service.name', 'code.function.name'] as const satisfies (AttributeKey | IdentityKey)[]).map(prometheusLabel).join(', ')})`
/** Recorded rates of all calls, those that failed, and those that were slow: longer windows are made from these. */
const ALL = 'pitwall:function_calls:rate5m'
const FAILED = 'pitwall:function_errors:rate5m'
const SLOW = 'pitwall:function_slow_calls:rate5m'

/**
 * Alerts on the error budget of each function, as a Prometheus rule file (2.42 and later): calls that fail, and calls that are
 * slow. Throws a `RangeError` for an objective that is no share, or a duration that is no bound of a bucket.
 */
export function burnRateFile(options: BurnRateOptions = {}): string {
  const { errorObjective = 0.99, slowObjective = 0.99, slowSeconds = 30, minCalls = 50 } = options
  if (!(minCalls >= 0)) throw new RangeError('The calls that a window must have are a number from 0 on.')
  for (const objective of [errorObjective, slowObjective])
    if (!(objective > 0 && objective < 1)) throw new RangeError(`An objective is above 0 and below 1, not ${objective}.`)
  if (!calls.duration.buckets.some((bound) => bound === slowSeconds))
    throw new RangeError(`Slow calls are counted from a bound of a bucket (${calls.duration.buckets.join(', ')} s), not ${slowSeconds} s.`)
  // A bound is written as 30 or 30.0, depending on the Prometheus.
  const quick = `${selectPart(calls.duration, 'bucket')}{le=~"${String(slowSeconds).replace('.', '[.]')}([.]0)?"}`
  return [
    '# Made from the telemetry contract by burnRateFile() in collector-processor/src/alerts/burn-rates.ts. Do not edit: run pitwall burn-rates.',
    'groups:',
    '  - name: pitwall-burn-rates',
    '    interval: 1m',
    '    rules:',
    recording(ALL, `sum ${by} (rate(${selectPart(calls.duration, 'count')}[5m]))`),
    recording(FAILED, `sum ${by} (rate(${select(calls.errors)}[5m]))`),
    recording(SLOW, `${ALL} - sum ${by} (rate(${quick}[5m]))`),
    ...(['page', 'ticket'] as const).flatMap((severity) => [
      alert(ERRORS_ALERT, severity, burning(FAILED, severities[severity], 1 - errorObjective, minCalls), {
        summary: '{{ $labels.code_function_name }} fails too often ({{ $labels.service_name }})',
        description: `{{ $value | humanizePercentage }} of its calls failed where ${percent(1 - errorObjective)} may. Look at the errors of its spans, and at what was released last.`,
      }),
      alert(SLOW_CALLS_ALERT, severity, `(\n${burning(SLOW, severities[severity], 1 - slowObjective, minCalls)}\n)\n${unlessAlwaysSlow}`, {
        summary: '{{ $labels.code_function_name }} is slow too often ({{ $labels.service_name }})',
        description: `{{ $value | humanizePercentage }} of its calls took longer than ${slowSeconds} s where ${percent(1 - slowObjective)} may. Look at its slowest spans, and at what was released last.`,
      }),
    ]),
    '',
  ].join('\n')
}

/** What is slow most of the time is meant to be, and no threshold for all functions can be its own. */
const unlessAlwaysSlow = `unless ${share(SLOW, '3d')} > 0.5`

/** Where either pair of windows burns, the share in the long one. */
function burning(recorded: string, pairs: readonly Pair[], budget: number, minCalls: number): string {
  return pairs
    .map(({ long, short, factor }) => {
      const burns = (window: string): string => `${share(recorded, window)} > ${Number((factor * budget).toPrecision(6))}`
      // Rates recorded once a minute: their sum times 60 is the number of calls.
      return `(\n  ${burns(long)}\n  and ${burns(short)}\n  and 60 * sum_over_time(${ALL}[${long}]) >= ${minCalls}\n)`
    })
    .join('\nor\n')
}

/** Share of the calls in a window; the shortest is what was recorded. */
function share(recorded: string, window: string): string {
  return window === '5m' ? `${recorded} / ${ALL}` : `sum_over_time(${recorded}[${window}]) / sum_over_time(${ALL}[${window}])`
}

function recording(record: string, expression: string): string {
  return `      - record: ${record}\n        expr: ${expression}`
}

function alert(
  name: string,
  severity: string,
  expression: string,
  annotations: Readonly<Record<'summary' | 'description', string>>,
): string {
  return [
    `      - alert: ${name}`,
    '        expr: |',
    ...expression.split('\n').map((line) => `          ${line}`),
    '        labels:',
    `          severity: ${severity}`,
    '        annotations:',
    ...Object.entries(annotations).map(([key, text]) => `          ${key}: '${text}'`),
  ].join('\n')
}

function percent(value: number): string {
  return `${Number((100 * value).toPrecision(3))} %`
}
