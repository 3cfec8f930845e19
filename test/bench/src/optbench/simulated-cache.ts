import type { Clock } from '@pitwall/sdk'
import { cache } from '@pitwall/sdk/contract'
import { hashString } from '../../../../sdk/dist/sampling/hash.js'
import { ReuseTracker } from '../../../../sdk/dist/sampling/reuse-tracker.js'
import type { MetricSink, MetricSource } from '../../../../sdk/dist/telemetry/source.js'
import type { Call } from './simulated-function.ts'

/** Bounds of a cache. */
export interface Limits {
  readonly maxEntries: number
  /** Infinity: entries do not expire. */
  readonly ttlSeconds: number
}

interface Entry {
  readonly result: number
  readonly expiresAt: number
}

/** A cache in memory that drops the least recently used entry, exactly, and exports what a cache of the SDK would. */
export class SimulatedCache implements MetricSource {
  limits: Limits
  readonly #name: string
  readonly #clock: Clock
  readonly #entries = new Map<string, Entry>()
  readonly #tracker: ReuseTracker
  readonly #counts = cache.loadDuration.buckets.map(() => 0)
  #hits = 0
  #misses = 0
  #evicted = 0
  #expired = 0
  #loadMs = 0

  constructor(name: string, limits: Limits, clock: Clock) {
    this.#name = name
    this.limits = limits
    this.#clock = clock
    this.#tracker = new ReuseTracker({ subject: name, kind: 'cache', clock })
  }

  /** Asks for a key, which is loaded when it is not there; true when it was. */
  request({ key, ms, result }: Call): boolean {
    const hash = hashString(key)
    if (this.#tracker.wants(hash)) this.#tracker.record(hash)
    else this.#tracker.skip()
    const now = this.#clock.now()
    const entry = this.#entries.get(key)
    this.#entries.delete(key)
    if (entry !== undefined && entry.expiresAt > now) {
      this.#entries.set(key, entry)
      this.#hits++
      return true
    }
    if (entry !== undefined) {
      this.#expired++
      this.#tracker.check(entry.result === result)
    }
    this.#entries.set(key, { result, expiresAt: now + this.limits.ttlSeconds * 1_000 })
    this.#loaded(ms)
    this.#evict()
    return false
  }

  /** Entries now. */
  get size(): number {
    return this.#entries.size
  }

  #loaded(ms: number): void {
    this.#misses++
    this.#loadMs += ms
    const bucket = cache.loadDuration.buckets.findIndex((bound) => ms / 1_000 <= bound)
    if (bucket >= 0) this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
  }

  #evict(): void {
    for (const [oldest] of this.#entries) {
      if (this.#entries.size <= this.limits.maxEntries) return
      this.#entries.delete(oldest)
      this.#evicted++
    }
  }

  collect(sink: MetricSink): void {
    const name = { 'pitwall.cache.name': this.#name } as const
    const own = { ...name, 'pitwall.cache.backend': 'memory' } as const
    sink.number(cache.requests, { ...own, 'pitwall.cache.result': 'hit' }, this.#hits)
    sink.number(cache.requests, { ...own, 'pitwall.cache.result': 'miss' }, this.#misses)
    sink.histogram(cache.loadDuration, name, { counts: this.#counts, sum: this.#loadMs / 1_000, count: this.#misses })
    sink.number(cache.evictions, { ...name, 'pitwall.cache.eviction.reason': 'size' }, this.#evicted)
    sink.number(cache.evictions, { ...name, 'pitwall.cache.eviction.reason': 'expired' }, this.#expired)
    sink.number(cache.entryCount, own, this.#entries.size)
    sink.number(cache.entryLimit, own, this.limits.maxEntries)
    if (this.limits.ttlSeconds !== Infinity) sink.number(cache.ttl, own, this.limits.ttlSeconds)
    this.#tracker.collect(sink)
  }
}
