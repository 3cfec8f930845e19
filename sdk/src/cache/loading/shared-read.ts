import type { Clock } from '../../clock.ts'
import type { EntryRules } from '../options/entry-options.ts'
import { BYPASS, type CacheListener, COALESCED, ERROR, LOCAL_HIT, MISS, SHARED_HIT } from '../events.ts'
import type { FailureMemory } from './failure-memory.ts'
import type { Stale } from './loading.ts'
import type { Loader, Loads } from './loads.ts'
import type { StoredValue } from '../shared/shared-storage.ts'
import type { Flight, SingleFlight } from './single-flight.ts'
import type { Storing } from './storing.ts'
import type { Tier } from '../shared/tier.ts'

/** What reading the shared tier needs. */
export interface SharedReadParts {
  readonly tier: Tier
  readonly flights: SingleFlight
  readonly failures: FailureMemory
  readonly storing: Storing
  readonly loads: Loads
  readonly listener: CacheListener
  readonly entryClock: Clock
}

/** A request that this process cannot serve alone: asks the shared tier, and loads what that does not have. */
export class SharedRead {
  readonly #parts: SharedReadParts

  constructor(parts: SharedReadParts) {
    this.#parts = parts
  }

  /** @param beyondMs what the shared tier has will do when it stays fresh for longer than this */
  async run(flight: Flight, load: Loader | undefined, rules: EntryRules, beyondMs: number): Promise<unknown> {
    const { tier, loads, flights, listener } = this.#parts
    const lookup = await tier.find(flight.key, beyondMs, load !== undefined)
    if ('durationMs' in lookup) listener.on({ type: 'lookup', durationMs: lookup.durationMs })
    switch (lookup.type) {
      case 'found':
        flight.result = SHARED_HIT
        return this.#takeOver(flight, lookup.found)
      case 'absent':
        flight.result = MISS
        this.#offerFallback(flight, lookup.stale)
        return loads.run(flight, load, rules, lookup.ticket)
      case 'loaded elsewhere':
        flight.result = COALESCED
        return this.#takeOver(flight, lookup.found)
      case 'passed on':
        flight.result = COALESCED
        flights.end(flight)
        return lookup.value
      case 'failed elsewhere':
        flight.result = COALESCED
        this.#offerFallback(flight, lookup.stale)
        return loads.failed(flight, { error: lookup.error, asynchronous: true }, rules)
      case 'bypassed':
        flight.result = BYPASS
        return this.#withoutTier(flight, load, rules)
      case 'unreachable':
        flight.result = ERROR
        return this.#withoutTier(flight, load, rules)
    }
  }

  /** Nobody can say whether what is here is still current: better that than nothing. */
  #withoutTier(flight: Flight, load: Loader | undefined, rules: EntryRules): unknown {
    const { doubted } = flight
    if (doubted?.state === 'stale') this.#offerFallback(flight, doubted)
    if (doubted?.state !== 'fresh' || flight.outdated) return this.#parts.loads.run(flight, load, rules, undefined)
    flight.result = LOCAL_HIT
    this.#parts.flights.end(flight)
    return doubted.value
  }

  #offerFallback(flight: Flight, stale: StoredValue | Stale | undefined): void {
    if (stale === undefined || flight.outdated || !flight.loads) return
    const expiresAt = 'servedMs' in stale ? this.#parts.entryClock.now() + stale.servedMs : stale.expiresAt
    flight.fallback = { value: stale.value, expiresAt }
    flight.known = flight.fallback
    flight.onFallback?.()
  }

  /** Takes over what the shared tier had, for no longer than it has left there. */
  #takeOver(flight: Flight, found: StoredValue): unknown {
    const { flights, failures, storing } = this.#parts
    const isKept = !flight.unsure && !flights.isOutdated(flight, found.tags)
    flights.end(flight)
    if (!isKept) return found.value
    failures.forget(flight.key)
    storing.takeOver(flight.key, flight.hash, found)
    return found.value
  }
}
