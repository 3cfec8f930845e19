import { cache as contract, cacheCosts } from '../contract/index.ts'
import { NameRegistry, OTHER } from '../names.ts'
import { ReuseTracker } from '../sampling/reuse-tracker.ts'
import { addSource, type MetricSink, type MetricSource } from '../telemetry/source.ts'
import type { Cache } from './cache.ts'
import { coarseClock } from './coarse-clock.ts'
import type { CacheHandle } from './handle.ts'
import { ownLru } from './observed/own.ts'
import { Statistics, type Tiers } from './statistics.ts'

/** Caches that `getCache` can find, and live caches of one name whose entries are counted: bounds for names made in a loop. */
const MAX_CACHES = 1_000

/** What all caches of one name and backend in this process count into. It outlives them, as counters must. */
export class Subject implements MetricSource {
  /** The name as telemetry has it. */
  readonly name: string
  readonly statistics: Statistics
  /** Follows the keys; none for names beyond the bound, whose keys have nothing to do with each other. */
  readonly tracker: ReuseTracker | undefined
  readonly #attributes: { readonly 'pitwall.cache.name': string; readonly 'pitwall.cache.backend': string }
  readonly #tiers: Tiers
  readonly #live = new Set<WeakRef<Cache>>()

  constructor(name: string, backend: string, tiers: Tiers) {
    this.name = name
    this.#attributes = { 'pitwall.cache.name': name, 'pitwall.cache.backend': backend }
    this.#tiers = tiers
    this.statistics = new Statistics(name, backend, tiers)
    this.tracker = trackerOf(name)
  }

  add(cache: Cache): void {
    if (this.#live.size >= MAX_CACHES) this.#forgetDead()
    if (this.#live.size < MAX_CACHES) this.#live.add(new WeakRef(cache))
  }

  collect(sink: MetricSink): void {
    this.statistics.collect(sink)
    const caches = this.#forgetDead()
    if (caches.length === 0) return
    if (this.#tiers.local !== undefined) {
      sink.number(
        contract.entryCount,
        this.#attributes,
        sum(caches, ({ table }) => table?.size ?? 0),
      )
      sink.number(
        contract.entryLimit,
        this.#attributes,
        sum(caches, ({ table }) => table?.maxEntries ?? 0),
      )
      this.#collectBytes(sink, caches)
    }
    const { ttlMs = Number.POSITIVE_INFINITY, jitter = 0 } = caches.at(-1)?.rules ?? {}
    sink.number(cacheCosts.jitter, { 'pitwall.cache.name': this.name }, jitter)
    if (ttlMs < Number.POSITIVE_INFINITY) sink.number(contract.ttl, this.#attributes, ttlMs / 1_000)
    const { shared } = this.#tiers
    if (shared === undefined) return
    const tier = { 'pitwall.cache.name': this.name, 'pitwall.cache.tier': shared }
    sink.number(contract.degraded, tier, caches.some((cache) => cache.degraded) ? 1 : 0)
  }

  /** Sizes are known where they are bounded. */
  #collectBytes(sink: MetricSink, caches: readonly Cache[]): void {
    const limit = sum(caches, ({ table }) => table?.maxBytes ?? 0)
    if (limit === Number.POSITIVE_INFINITY) return
    sink.number(
      contract.size,
      this.#attributes,
      sum(caches, ({ table }) => table?.bytes ?? 0),
    )
    sink.number(contract.sizeLimit, this.#attributes, limit)
  }

  #forgetDead(): Cache[] {
    const caches: Cache[] = []
    for (const reference of this.#live) {
      const cache = reference.deref()
      if (cache === undefined) this.#live.delete(reference)
      else caches.push(cache)
    }
    return caches
  }
}

const names = new NameRegistry()
const subjects = new Map<string, Subject>()
const trackers = new Map<string, ReuseTracker>()
const caches = ownLru<string, { deref(): CacheHandle | undefined }>(MAX_CACHES)

/** What a cache of this name and backend counts into. */
export function subjectOf(name: string, backend: string, tiers: Tiers): Subject {
  const admitted = names.admit(name)
  const key = `${backend}/${tiers.shared}/${admitted}`
  const known = subjects.get(key)
  if (known !== undefined) return known
  const subject = new Subject(admitted, backend, tiers)
  subjects.set(key, subject)
  addSource(subject)
  return subject
}

/** Lets `getCache` find it; the latest of a name counts. @param isOwned whether only its owner keeps it */
export function enroll(cache: CacheHandle, isOwned: boolean): void {
  caches.set(cache.name, isOwned ? new WeakRef(cache) : { deref: () => cache })
}

/** The cache that was made last under this name, or undefined. */
export function findCache(name: string): CacheHandle | undefined {
  return caches.get(name)?.deref()
}

function trackerOf(name: string): ReuseTracker | undefined {
  const known = trackers.get(name)
  if (known !== undefined || name === OTHER) return known
  const tracker = new ReuseTracker({ subject: name, kind: 'cache', clock: coarseClock })
  trackers.set(name, tracker)
  addSource(tracker)
  return tracker
}

function sum(caches: readonly Cache[], of: (cache: Cache) => number): number {
  return caches.reduce((total, cache) => total + of(cache), 0)
}
