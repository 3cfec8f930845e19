import type { Clock } from '../../clock.ts'
import { isThenable, type Thenable } from '../../sampling/outcome.ts'
import { loadSpan } from '../../telemetry/spans.ts'
import type { EntryRules } from '../options/entry-options.ts'
import type { CacheListener } from '../events.ts'
import type { Failure, FailureMemory } from './failure-memory.ts'
import type { LoadContext } from './load-context.ts'
import { Loading } from './loading.ts'
import { type Flight, runLoad, type SingleFlight } from './single-flight.ts'
import type { Storing } from './storing.ts'
import type { Ticket } from '../shared/ticket.ts'

/** Computes a missing value; may be synchronous or return a promise. */
export type Loader = (context: LoadContext) => unknown

/** What loads need. */
export interface LoadsParts {
  readonly name: string
  readonly flights: SingleFlight
  readonly failures: FailureMemory
  readonly storing: Storing
  readonly listener: CacheListener
  /** Times loads. */
  readonly clock: Clock
  /** Dates entries. */
  readonly entryClock: Clock
}

/** What a loader brought. */
interface Outcome {
  readonly flight: Flight
  readonly loading: Loading
  readonly value: unknown
  readonly loadMs: number
  readonly asynchronous: boolean
  readonly ticket: Ticket | undefined
}

/** Runs loaders and sees to what becomes of what they bring: an answer for who waits, an entry, or a stale value instead. */
export class Loads {
  readonly #parts: LoadsParts

  constructor(parts: LoadsParts) {
    this.#parts = parts
  }

  /**
   * Runs the loader of a flight, and ends the flight.
   * @param ticket for the shared tier, where there is one to be served
   * @returns the value, or a promise of it where the loader gives one; throws or rejects with the loader's error
   */
  run(flight: Flight, load: Loader | undefined, rules: EntryRules, ticket: Ticket | undefined): unknown {
    const { name, clock, listener, flights } = this.#parts
    if (load === undefined) {
      ticket?.release({ type: 'unknown' })
      return flights.end(flight)
    }
    const loading = (flight.loading = new Loading(rules, flight.known))
    const started = clock.now()
    const failed = (error: unknown, asynchronous: boolean): unknown => {
      listener.on({ type: 'failed', durationMs: clock.now() - started, error })
      ticket?.release({ type: 'failed', error })
      return this.failed(flight, { error, asynchronous }, loading.rules)
    }
    const loaded = (value: unknown, asynchronous: boolean): unknown => {
      const loadMs = clock.now() - started
      listener.on({ type: 'loaded', durationMs: loadMs })
      return this.#loaded({ flight, loading, value, loadMs, asynchronous, ticket })
    }
    let result: unknown
    try {
      result = runLoad(flight, () => loadSpan(name, () => load(loading)))
    } catch (error) {
      return failed(error, false)
    }
    return isThenable(result) ? settled(result, loaded, failed) : loaded(result, false)
  }

  /** Ends a flight that failed: the stale value, where there is one; else the error, to everyone who waits. */
  failed(flight: Flight, failure: Failure, rules: EntryRules): unknown {
    const { flights, entryClock } = this.#parts
    const { fallback, outdated } = flight
    this.#remember(flight, failure, rules)
    flights.end(flight)
    if (outdated || fallback === undefined || entryClock.now() >= fallback.expiresAt) throw failure.error
    flight.servedStale = true
    return fallback.value
  }

  /** The hard timeout of a load is over: who asks from now on is not to wait for it. */
  giveUp(flight: Flight, error: Error, rules: EntryRules): void {
    flight.joinable = false
    flight.loading?.abort(error)
    this.#remember(flight, { error, asynchronous: true }, rules)
  }

  #remember({ key, fallback, outdated }: Flight, failure: Failure, rules: EntryRules): void {
    if (!outdated) this.#parts.failures.remember(key, failure, fallback === undefined ? rules.errorTtlMs : rules.graceBackoffMs)
  }

  #loaded(outcome: Outcome): unknown {
    const { value, loading, asynchronous } = outcome
    const accepted = value !== undefined && loading.isKept && this.#parts.storing.accepts(value, loading.rules)
    if (!(accepted instanceof Promise)) return this.#finish(outcome, accepted)
    // Behind a synchronous function, nobody can wait for the verdict.
    return asynchronous ? accepted.then((verdict) => this.#finish(outcome, verdict)) : this.#finish(outcome, false)
  }

  #finish({ flight, loading, value, loadMs, asynchronous, ticket }: Outcome, accepted: boolean): unknown {
    const { flights, failures, storing, listener, entryClock } = this.#parts
    const { key, hash, previous } = flight
    const outdated = flights.isOutdated(flight, storing.tagIds(loading.rules.tags))
    if (!outdated && accepted) {
      failures.forget(key)
      flights.outdateOlder(flight)
      storing.loaded({ key, hash, value, previous, loadMs, asynchronous, isKeptHere: !flight.unsure }, loading.rules, ticket)
      listener.on({ type: 'stored', key, hash, value, at: entryClock.now(), ttlMs: loading.rules.ttlMs, loadMs })
    } else {
      ticket?.release(outdated ? { type: 'unknown' } : { type: 'passed on', value })
    }
    flights.end(flight)
    return value
  }
}

async function settled(
  result: Thenable,
  loaded: (value: unknown, asynchronous: boolean) => unknown,
  failed: (error: unknown, asynchronous: boolean) => unknown,
): Promise<unknown> {
  let value: unknown
  try {
    value = await result
  } catch (error) {
    return failed(error, true)
  }
  return loaded(value, true)
}
