import { OptionError } from '../../errors.ts'
import type { BreakerSettings } from '../shared/breaker.ts'
import { checkOptions } from './check-options.ts'
import { type Duration, durationMs } from '../../duration.ts'

/** How a cache guards itself against a shared tier that does not answer. */
export interface L2Options {
  /** How long a request waits for it before it goes on without. Default: as the backend says, 40 ms for Redis. */
  readonly timeout?: Duration
  /** When it is bypassed; false: never. Default: after 3 failures or timeouts in a row, for 500 ms at a time. All caches on one server then share what they learn. */
  readonly breaker?: false | { readonly failures?: number; readonly pause?: Duration }
}

/** The same after checks. */
export interface L2Settings {
  /** undefined: as the backend says. */
  readonly timeoutMs: number | undefined
  /** undefined: the one that all caches on one server share. */
  readonly breaker: BreakerSettings | undefined
}

/** Who waits longer than this is better off without a cache. */
const MAX_TIMEOUT_MS = 60_000

/** @throws OptionError, one sentence, for an option that cannot be what it is */
export function l2SettingsOf(options: L2Options): L2Settings {
  checkOptions('l2', options, ['timeout', 'breaker'])
  const { timeout, breaker } = options
  return { timeoutMs: timeout === undefined ? undefined : checkDeadline('l2.timeout', timeout), breaker: breakerOf(breaker) }
}

/** Milliseconds to wait for a shared tier. @throws OptionError when they are none, or more than a minute */
export function checkDeadline(option: string, timeout: Duration): number {
  const timeoutMs = durationMs(option, timeout)
  if (timeoutMs <= MAX_TIMEOUT_MS) return timeoutMs
  throw new OptionError(option, timeout, 'a duration of at most a minute')
}

function breakerOf(breaker: L2Options['breaker']): BreakerSettings | undefined {
  if (breaker === undefined) return undefined
  if (breaker === false) return { failures: Number.POSITIVE_INFINITY, openMs: 0 }
  checkOptions('l2.breaker', breaker, ['failures', 'pause'])
  const { failures = 3, pause = 500 } = breaker
  if (!Number.isInteger(failures) || failures < 1) throw new OptionError('l2.breaker.failures', failures, 'a whole number of 1 or more')
  return { failures, openMs: durationMs('l2.breaker.pause', pause) }
}
