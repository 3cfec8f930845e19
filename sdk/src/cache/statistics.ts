import { cache as contract } from '../contract/index.ts'
import { errorType } from '../telemetry/error-type.ts'
import type { MetricSink, MetricSource } from '../telemetry/source.ts'
import { CostStatistics } from './cost-statistics.ts'
import { type CacheEvent, type CacheListener, type EvictionReason, LOCAL_HIT } from './events.ts'
import { LoadTimes } from './load-times.ts'
import { TimeSaved } from './time-saved.ts'

/** What a cache has done since the process started, at one moment. */
export interface CacheStats {
  readonly requests: number
  readonly hits: number
  /** Requests that were given a value whose time to live was over. */
  readonly stale: number
  readonly misses: number
  /** Requests that joined a running load. */
  readonly coalesced: number
  /** Requests that went past a tier whose breaker was open, whose arguments make no key, or that a load of the same key made. */
  readonly bypassed: number
  /** Requests to which the shared tier did not answer. */
  readonly errors: number
  /** Share of the requests that were hits, 0 to 1; as all ratios 0 before the first. */
  readonly hitRatio: number
  readonly staleRatio: number
  readonly missRatio: number
  readonly coalescedRatio: number
  readonly errorRatio: number
  readonly loads: number
  readonly loadErrors: number
  /** Mean duration of the loads that succeeded, milliseconds; 0 before the first. */
  readonly meanLoadMs: number
  /** Milliseconds that hits saved: mean load time times hits, less the lookups. */
  readonly timeSavedMs: number
  readonly evictions: Readonly<Record<EvictionReason, number>>
  /** Entries in this process now, of this cache alone. */
  readonly entries: number
  /** Bytes of their values; 0 where bytes are not bounded. */
  readonly bytes: number
}

/** Names of the storages, as the attribute `pitwall.cache.tier` has them; undefined where there is none. */
export interface Tiers {
  readonly local: string | undefined
  readonly shared: string | undefined
}

/** Classes of errors that one cache tells apart; the rest is counted as `_OTHER`, OpenTelemetry's word for it. */
const MAX_ERROR_TYPES = 10

/** Counts what happens in a cache, as plain integers that a hit can afford; writes them out when they are collected. */
export class Statistics implements CacheListener, MetricSource {
  readonly #name: string
  readonly #backend: string
  readonly #tiers: Tiers
  readonly #loads = new LoadTimes()
  readonly #failures = new Map<string, LoadTimes>()
  readonly #timeSaved = new TimeSaved()
  readonly #costs: CostStatistics | undefined
  readonly #evictions = { size: 0, expired: 0, invalidated: 0 }
  #localHits = 0
  #sharedHits = 0
  #stale = 0
  #misses = 0
  #coalesced = 0
  #bypasses = 0
  #errors = 0

  /** @param isExported whether it is collected; else, as for a namespace, nothing is kept that telemetry alone has */
  constructor(name: string, backend: string, tiers: Tiers, isExported: boolean = true) {
    this.#name = name
    this.#backend = backend
    this.#tiers = tiers
    this.#costs = isExported ? new CostStatistics(name, tiers) : undefined
  }

  on(event: CacheEvent): void {
    // Nearly every event is this one; it is told by identity, because looking into events of many shapes costs more.
    if (event === LOCAL_HIT) this.#localHits += 1
    else this.#count(event)
  }

  #count(event: CacheEvent): void {
    switch (event.type) {
      case 'hit':
        if (event.place === 'local') this.#localHits += 1
        else this.#sharedHits += 1
        break
      case 'stale':
        this.#stale += 1
        break
      case 'miss':
        this.#misses += 1
        break
      case 'coalesced':
        this.#coalesced += 1
        break
      case 'bypass':
        this.#bypasses += 1
        break
      case 'error':
        this.#errors += 1
        break
      case 'loaded':
        this.#loads.record(event.durationMs / 1_000)
        break
      case 'failed':
        this.#failuresOf(event.error).record(event.durationMs / 1_000)
        break
      case 'evicted':
        this.#evictions[event.reason] += event.count
        break
      case 'lookup':
        this.#timeSaved.sharedLookup(event.durationMs / 1_000)
        this.#costs?.on(event)
        break
      default:
        this.#costs?.on(event)
    }
  }

  /** What was counted, and what the cache holds. */
  snapshot(table: { readonly size: number; readonly bytes: number } | undefined): CacheStats {
    const hits = this.#localHits + this.#sharedHits
    const requests = this.#requests
    const ratio = (count: number): number => (requests === 0 ? 0 : count / requests)
    let loadErrors = 0
    for (const { count } of this.#failures.values()) loadErrors += count
    this.#updateTimeSaved()
    return {
      requests,
      hits,
      stale: this.#stale,
      misses: this.#misses,
      coalesced: this.#coalesced,
      bypassed: this.#bypasses,
      errors: this.#errors,
      hitRatio: ratio(hits),
      staleRatio: ratio(this.#stale),
      missRatio: ratio(this.#misses),
      coalescedRatio: ratio(this.#coalesced),
      errorRatio: ratio(this.#errors),
      loads: this.#loads.count + loadErrors,
      loadErrors,
      meanLoadMs: this.#loads.count === 0 ? 0 : (this.#loads.sum / this.#loads.count) * 1_000,
      timeSavedMs: this.#timeSaved.seconds * 1_000,
      evictions: { ...this.#evictions },
      entries: table?.size ?? 0,
      bytes: table?.bytes ?? 0,
    }
  }

  collect(sink: MetricSink): void {
    const { local, shared } = this.#tiers
    if (local !== undefined) this.#writeRequests(sink, local, 'hit', this.#localHits)
    if (shared !== undefined) this.#writeRequests(sink, shared, 'hit', this.#sharedHits)
    // Every other request went through all tiers there are, so it is counted at the last.
    const last = shared ?? local ?? ''
    this.#writeRequests(sink, last, 'stale', this.#stale)
    this.#writeRequests(sink, last, 'miss', this.#misses)
    this.#writeRequests(sink, last, 'coalesced', this.#coalesced)
    this.#writeRequests(sink, last, 'bypass', this.#bypasses)
    this.#writeRequests(sink, last, 'error', this.#errors)
    const name = { 'pitwall.cache.name': this.#name }
    sink.histogram(contract.loadDuration, name, this.#loads)
    for (const [type, times] of this.#failures) sink.histogram(contract.loadDuration, { ...name, 'error.type': type }, times)
    this.#updateTimeSaved()
    sink.number(contract.timeSaved, name, this.#timeSaved.seconds)
    for (const reason of ['size', 'expired', 'invalidated'] as const) {
      sink.number(contract.evictions, { ...name, 'pitwall.cache.eviction.reason': reason }, this.#evictions[reason])
    }
    this.#costs?.write(sink, this.#requests)
  }

  get #requests(): number {
    return this.#localHits + this.#sharedHits + this.#stale + this.#misses + this.#coalesced + this.#bypasses + this.#errors
  }

  #updateTimeSaved(): void {
    // A stale value saves no load, only the wait for it.
    this.#timeSaved.update(this.#localHits, this.#sharedHits, this.#loads)
  }

  #writeRequests(sink: MetricSink, tier: string, result: string, count: number): void {
    const attributes = { 'pitwall.cache.name': this.#name, 'pitwall.cache.backend': this.#backend }
    sink.number(contract.requests, { ...attributes, 'pitwall.cache.tier': tier, 'pitwall.cache.result': result }, count)
  }

  #failuresOf(error: unknown): LoadTimes {
    const type = errorType(error)
    const known = this.#failures.get(type)
    if (known !== undefined) return known
    if (this.#failures.size >= MAX_ERROR_TYPES && type !== '_OTHER') return this.#failuresOf(undefined)
    const times = new LoadTimes()
    this.#failures.set(type, times)
    return times
  }
}
