import { trace } from '@opentelemetry/api'
import { callSite } from './call-site.ts'
import { type Clock, systemClock } from './clock.ts'
import { OptionError } from './errors.ts'
import { keepShape } from './sampling/keep-shape.ts'
import { NameRegistry } from './names.ts'
import { announceBody } from './profiles/profiled-bodies.ts'
import { BLOCK_THRESHOLD_MS, blockedTime } from './sampling/blocked-time.ts'
import { isCached } from './sampling/cached-mark.ts'
import { CallStatistics } from './sampling/call-statistics.ts'
import { isPlainPromise, isThenable, watchOutcome } from './sampling/outcome.ts'
import { RepetitionBudget } from './sampling/repetition-budget.ts'
import type { RepetitionTracking } from './sampling/repetition-tracking.ts'
import { addSource } from './telemetry/source.ts'
import { callSpan } from './telemetry/spans.ts'
import { announceSubject } from './telemetry/subject-info.ts'

export interface ProfiledOptions {
  /** Name in metrics and spans; default: the function's own, or else the place where it was wrapped. */
  readonly name?: string
  /** Default: the system's clock. */
  readonly clock?: Clock
}

/** Any function. */
export type AnyFunction = (this: never, ...args: never[]) => unknown

/**
 * Measures every call of a function: duration, errors, calls running, time that it held the event loop, and, for the
 * costliest functions, how often its arguments repeat. The result has the same signature, `this`, name, length and
 * properties; a promise's outcome is passed on, errors are rethrown untouched. Under a recording span a call becomes a
 * child span. Of a generator only the call that makes it is measured. Costs about 0.1 µs a call (docs/decisions.md).
 * @throws OptionError, one sentence, when it is given no function, or a name that is none
 */
export function profiled<F extends AnyFunction>(fn: F, options?: ProfiledOptions): F
export function profiled(fn: (...args: unknown[]) => unknown, options: ProfiledOptions = {}): (...args: unknown[]) => unknown {
  const { clock = systemClock, name: given } = options
  if (typeof fn !== 'function') throw new OptionError('the first argument of profiled', fn, 'a function')
  if (given !== undefined && (typeof given !== 'string' || given === ''))
    throw new OptionError('name', given, 'a string of at least one character')
  const site = callSite()
  const name = names.admit(given ?? (fn.name || (site ? `${site.file}:${site.line}` : 'anonymous')))
  announceSubject(name, 'function', site)
  announceBody(name, fn)
  const statistics = statisticsOf(name, isCached(fn))

  function profiledCall(this: unknown, ...args: unknown[]): unknown {
    const { tracking } = statistics
    const argumentsHash = tracking === undefined ? 0 : tracking.called(args)
    const blockedOutside = blockedInside
    blockedInside = 0
    statistics.active++
    const start = clock.now()
    let result: unknown
    try {
      result = trace.getActiveSpan() === undefined ? fn.apply(this, args) : callSpan(name, () => fn.apply(this, args))
    } catch (error) {
      const elapsed = clock.now() - start
      blockedInside = blockedOutside + blockedBy(name, elapsed)
      failed(elapsed)
      throw error
    }
    const elapsed = clock.now() - start
    blockedInside = blockedOutside + blockedBy(name, elapsed)
    if (!isThenable(result)) {
      succeeded(elapsed, tracking, argumentsHash, result)
      return result
    }
    const resolved = (value: unknown) => succeeded(clock.now() - start, tracking, argumentsHash, value)
    const rejected = () => failed(clock.now() - start)
    if (!isPlainPromise(result)) return watchOutcome(result, resolved, rejected)
    return result.then(
      (value) => {
        resolved(value)
        return value
      },
      (error: unknown) => {
        rejected()
        throw error
      },
    )
  }

  function succeeded(elapsed: number, tracking: RepetitionTracking | undefined, argumentsHash: number, result: unknown): void {
    statistics.active--
    statistics.end(elapsed)
    if (tracking !== undefined) tracking.returned(argumentsHash, result, statistics.meanMs * RESULT_BUDGET)
    else budget.consider(statistics)
  }

  function failed(elapsed: number): void {
    statistics.active--
    statistics.errors++
    statistics.end(elapsed)
  }

  return keepShape(profiledCall, fn)
}

/** Share of a function's own time that comparing its results may take. */
const RESULT_BUDGET = 0.01

const names = new NameRegistry()
const budget = new RepetitionBudget(systemClock)
addSource(budget)
const known = new Map<string, CallStatistics>()

/** Functions of one name are counted together. */
function statisticsOf(name: string, cached: boolean): CallStatistics {
  const key = `${name}\0${cached}`
  const existing = known.get(key)
  if (existing !== undefined) return existing
  const statistics = new CallStatistics(name, cached)
  known.set(key, statistics)
  addSource(statistics)
  budget.add(statistics)
  return statistics
}

/** Milliseconds of the running synchronous call that profiled functions called by it have reported as blocked. */
let blockedInside = 0

/** Reports a synchronous segment that held the event loop too long, less what was reported inside it; returns all that is reported of it. */
function blockedBy(name: string, elapsed: number): number {
  if (elapsed < BLOCK_THRESHOLD_MS) return 0
  const own = elapsed - blockedInside
  if (own < BLOCK_THRESHOLD_MS) return blockedInside
  blockedTime.byFunction(name, own)
  return elapsed
}
