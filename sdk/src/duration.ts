import { diag } from '@opentelemetry/api'
import { OptionError } from './errors.ts'

/** Milliseconds, or a number with a unit: `'250ms'`, `'30s'`, `'5m'`, `'1.5h'`, `'7d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * A duration in milliseconds. A number is always milliseconds: caches that guessed at seconds burned their users on upgrades.
 * @param option name of the option, for the error
 * @throws OptionError when it is neither a positive number nor a string like '5m'
 */
export function durationMs(option: string, duration: number | string): number {
  const parts = typeof duration === 'string' ? /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration) : null
  const ms = typeof duration === 'number' ? duration : Number(parts?.[1]) * (unitMs[parts?.[2] ?? ''] ?? Number.NaN)
  if (!(ms > 0)) throw new OptionError(option, duration, "a positive number of milliseconds or a string like '30s', '5m' or '1h'")
  return ms
}

/** Round times in seconds, from half a minute to thirty days, that hardly anybody means as milliseconds. */
const roundSeconds = new Set([
  30, 60, 90, 120, 180, 300, 600, 900, 1_200, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600, 28_800, 43_200, 86_400, 172_800, 604_800,
  2_592_000,
])
let reported = false

/** Says once in a process that a number of milliseconds looks like one of seconds. */
export function reportSeconds(option: string, duration: number | string): void {
  if (reported || typeof duration !== 'number' || !roundSeconds.has(duration)) return
  reported = true
  diag.warn(`${option}: ${duration} is ${duration} milliseconds; if seconds are meant, write '${duration}s'.`)
}
