import { cache, cacheCosts } from '@pitwall/sdk/contract'
import { CallStatistics } from '../../../../sdk/dist/sampling/call-statistics.js'
import { hashString } from '../../../../sdk/dist/sampling/hash.js'
import { ReuseTracker } from '../../../../sdk/dist/sampling/reuse-tracker.js'
import type { MetricSink, MetricSource } from '../../../../sdk/dist/telemetry/source.js'
import type { Service } from './service.ts'
import type { Call } from './simulated-function.ts'
import { Traffic, type TrafficOptions } from './traffic.ts'
import type { Change, Life } from './world.ts'

/** What a hit in memory costs, milliseconds. */
const HIT_MS = 0.002

/** A cache in a storage that several processes share. */
export interface SharedCacheOptions {
  readonly name: string
  readonly processes: number
  readonly ttlSeconds: number
  /** Mean time of a lookup, milliseconds. */
  readonly lookupMs: number
}

interface Entry {
  readonly storedAt: number
  readonly expiresAt: number
}

/** A load that runs, of one process. */
interface Load {
  readonly process: number
  readonly from: number
  readonly until: number
}

/** The storage, its processes, and what can be changed about them; the calls come to the processes by turns of chance. */
export class SharedCache {
  /** Time that was spent on lookups, loads, and hits, milliseconds. */
  spentMs = 0
  frontEntries = 0
  isLocked = false
  isRemoved = false
  /** Share of the lookups that get no answer, so that the request loads. */
  lostShare = 0
  /** Whether those get an answer now, and it is that there is nothing. */
  isEmpty = false
  /** How many times as long loads take as they did. */
  slowdown = 1
  readonly options: SharedCacheOptions
  readonly service: Service
  readonly entries = new Map<string, Entry>()
  readonly loads = new Map<string, Load[]>()
  readonly #processes: readonly SharingProcess[]

  constructor(service: Service, options: SharedCacheOptions) {
    this.service = service
    this.options = options
    this.#processes = Array.from({ length: options.processes }, (_, index) => {
      const exporter = index === 0 ? service : service.another()
      return exporter.add(new SharingProcess(this, index))
    })
  }

  /** @param chance between 0 and 1, which process is called. @param lookupMs how long a lookup takes now */
  call(call: Call, chance: number, lookupMs: number): void {
    const place = chance * this.#processes.length
    // What is left of the chance tells whether the lookup gets an answer.
    this.#processes[Math.floor(place)]?.call(call, lookupMs, place % 1 < this.lostShare)
  }

  /** Stores what has been loaded by now, in the order in which the loads ended. */
  settle(key: string, now: number): void {
    const running = this.loads.get(key)
    if (running === undefined) return
    const over = running.filter(({ until }) => until <= now).toSorted((a, b) => a.until - b.until)
    for (const { process, from, until } of over) {
      const present = this.entries.get(key)
      if (present !== undefined && present.storedAt > from && present.expiresAt > until) this.#processes[process]?.duplicate()
      this.entries.set(key, { storedAt: until, expiresAt: until + this.options.ttlSeconds * 1_000 })
    }
    const left = running.filter(({ until }) => until > now)
    if (left.length === 0) this.loads.delete(key)
    else this.loads.set(key, left)
  }
}

/** One of the processes: counts and exports what the SDK would. */
class SharingProcess implements MetricSource {
  readonly #shared: SharedCache
  readonly #index: number
  readonly #tracker: ReuseTracker
  readonly #statistics: CallStatistics
  /** Keys in memory, the least recently used first, and when they expire. */
  readonly #front = new Map<string, number>()
  readonly #results = { hit: 0, miss: 0, coalesced: 0, error: 0 }
  #loads = 0
  #frontHits = 0
  #duplicates = 0
  #lookupMs = 0
  #loadMs = 0

  constructor(shared: SharedCache, index: number) {
    const { service, options } = shared
    this.#shared = shared
    this.#index = index
    this.#tracker = new ReuseTracker({ subject: options.name, kind: 'cache', clock: service.clock })
    this.#statistics = new CallStatistics(options.name, false, service.clock)
  }

  duplicate(): void {
    this.#duplicates++
  }

  call(call: Call, lookupMs: number, isLost: boolean): void {
    const shared = this.#shared
    const { key } = call
    const ms = call.ms * shared.slowdown
    const { now } = shared.service
    if (shared.isRemoved) {
      this.#statistics.settled(now, undefined, ms)
      shared.spentMs += ms
      return
    }
    const hash = hashString(key)
    if (this.#tracker.wants(hash)) this.#tracker.record(hash)
    else this.#tracker.skip()
    if (this.#isInFront(key, now)) {
      this.#frontHits++
      shared.spentMs += HIT_MS
      return
    }
    shared.settle(key, now)
    const running = shared.loads.get(key) ?? []
    if (running.some(({ process }) => process === this.#index)) {
      this.#results.coalesced++
      return
    }
    if (isLost) {
      if (shared.isEmpty) this.#results.miss++
      else this.#results.error++
      this.#load(key, ms, now)
      return
    }
    shared.spentMs += lookupMs
    this.#lookupMs += lookupMs
    const entry = shared.entries.get(key)
    if (entry !== undefined && entry.expiresAt > now) {
      this.#results.hit++
      this.#keep(key, entry.expiresAt)
    } else if (shared.isLocked && running.length > 0) this.#results.coalesced++
    else {
      this.#results.miss++
      this.#load(key, ms, now + lookupMs)
    }
  }

  #load(key: string, ms: number, from: number): void {
    const { loads, options } = this.#shared
    this.#loads++
    this.#loadMs += ms
    this.#shared.spentMs += ms
    loads.set(key, [...(loads.get(key) ?? []), { process: this.#index, from, until: from + ms }])
    this.#keep(key, from + ms + options.ttlSeconds * 1_000)
  }

  #isInFront(key: string, now: number): boolean {
    const expiresAt = this.#front.get(key)
    this.#front.delete(key)
    if (expiresAt === undefined || expiresAt <= now) return false
    this.#front.set(key, expiresAt)
    return true
  }

  #keep(key: string, expiresAt: number): void {
    if (this.#shared.frontEntries === 0) return
    this.#front.set(key, expiresAt)
    const oldest = this.#front.size > this.#shared.frontEntries ? this.#front.keys().next().value : undefined
    if (oldest !== undefined) this.#front.delete(oldest)
  }

  collect(sink: MetricSink): void {
    const { options, frontEntries, isRemoved } = this.#shared
    if (isRemoved) return this.#statistics.collect(sink)
    const name = { 'pitwall.cache.name': options.name } as const
    const own = { ...name, 'pitwall.cache.backend': frontEntries > 0 ? 'hybrid' : 'redis' } as const
    const inRedis = { ...own, 'pitwall.cache.tier': 'redis' } as const
    for (const [result, count] of Object.entries(this.#results))
      sink.number(cache.requests, { ...inRedis, 'pitwall.cache.result': result }, count)
    if (frontEntries > 0)
      sink.number(cache.requests, { ...own, 'pitwall.cache.tier': 'memory', 'pitwall.cache.result': 'hit' }, this.#frontHits)
    const counts = cache.loadDuration.buckets.map(() => 0)
    sink.histogram(cache.loadDuration, name, { counts, sum: this.#loadMs / 1_000, count: this.#loads })
    sink.number(cacheCosts.lookupTime, { ...name, 'pitwall.cache.tier': 'redis' }, this.#lookupMs / 1_000)
    sink.number(cache.degraded, { ...name, 'pitwall.cache.tier': 'redis' }, 0)
    sink.number(cacheCosts.duplicateLoads, name, this.#duplicates)
    sink.number(cache.ttl, own, options.ttlSeconds)
    this.#tracker.collect(sink)
  }
}

/**
 * A world of one shared cache: its calls, and what a change does to it.
 * @param wrongly makes the change so that it is seen and hardly helps
 */
export function oneSharedCache(
  service: Service,
  shared: SharedCache,
  random: () => number,
  options: TrafficOptions,
  wrongly?: () => void,
): Life {
  const traffic = new Traffic(random, options)
  return {
    play(until) {
      for (const [time, call] of traffic.until(until)) {
        service.now = time
        // The same numbers are drawn whatever comes of a call.
        shared.call(call, random(), shared.options.lookupMs * (0.5 + random()))
      }
      service.now = until
    },
    apply: (change) => applyTo(shared, change),
    ...(wrongly !== undefined && { applyWrongly: wrongly }),
    spent: () => shared.spentMs,
  }
}

function applyTo(shared: SharedCache, { memoryEntries, lock, cached }: Change): void {
  if (memoryEntries !== undefined) shared.frontEntries = Number(memoryEntries)
  if (lock !== undefined) shared.isLocked = true
  if (cached !== undefined) shared.isRemoved = true
  // Whatever was wrong with the storage was put right.
  shared.lostShare = 0
}
