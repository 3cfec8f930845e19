import type { CallSite } from '../../call-site.ts'
import { type Clock, systemClock } from '../../clock.ts'
import { cache as contract, subjects } from '../../contract/index.ts'
import { OTHER } from '../../names.ts'
import { hashKey, hashResult } from '../../sampling/hash.ts'
import { isThenable } from '../../sampling/outcome.ts'
import { ReuseTracker } from '../../sampling/reuse-tracker.ts'
import type { MetricSink, MetricSource } from '../../telemetry/source.ts'
import { coarseClock } from '../coarse-clock.ts'
import { type CacheEvent, MISS } from '../events.ts'
import { Statistics } from '../statistics.ts'
import { type FilledMiss, MissedKeys } from './missed-keys.ts'

/** Live stores of one name whose entries are counted: the bound for a name that is made again and again. */
const MAX_STORES = 1_000

/** Where the entries of an observed cache are. */
export type ObservedBackend = 'memory' | 'redis'

/** A cache whose entries are in this process, as far as its numbers are exported. */
export interface ObservedStore {
  readonly entryCount: number
  /** Bound on the entries; undefined when there is none. */
  readonly entryLimit: number | undefined
  /** Milliseconds that an entry stays fresh; undefined when there is no such limit. */
  readonly ttlMs: number | undefined
}

/** A load that has begun. */
export interface RunningLoad {
  /** Milliseconds, by the clock of its cache. */
  readonly startedAt: number
  /** Hash of the value that it replaces; undefined when there is none to compare with. */
  readonly previous: number | undefined
}

/** What a cache that goes by one name is made of. */
export interface ObservedCacheOptions {
  /** Already bounded by a NameRegistry. */
  readonly name: string
  readonly backend: ObservedBackend
  readonly site: CallSite | undefined
  readonly clock: Clock
}

/** Counts what is seen of a cache of another library, as if it were one of ours; all stores of one name count together. */
export class ObservedCache implements MetricSource {
  readonly statistics: Statistics
  readonly #options: ObservedCacheOptions
  /** None for names beyond the bound, whose keys have nothing to do with each other. */
  readonly #tracker: ReuseTracker | undefined
  readonly #misses = new MissedKeys()
  readonly #stores = new Set<WeakRef<ObservedStore>>()
  #lastKey: string | undefined
  #lastHash = 0

  constructor(options: ObservedCacheOptions) {
    const { name, backend, clock } = options
    this.#options = options
    const inProcess = backend === 'memory'
    this.statistics = new Statistics(name, backend, { local: inProcess ? backend : undefined, shared: inProcess ? undefined : backend })
    const trackerClock = clock === systemClock ? coarseClock : clock
    if (name !== OTHER) this.#tracker = new ReuseTracker({ subject: name, kind: 'cache', clock: trackerClock })
  }

  /** Counts the entries of this store too, for as long as it lives. */
  add(store: ObservedStore): void {
    if (this.#stores.size >= MAX_STORES) this.#liveStores()
    if (this.#stores.size < MAX_STORES) this.#stores.add(new WeakRef(store))
  }

  /** Counts a request for a key, and how it ended. */
  requested(result: CacheEvent, key: unknown): void {
    this.statistics.on(result)
    // No hash is wanted in a pause between bursts: then nothing needs to be hashed.
    if (this.#tracker?.wants(0) === true) this.#follow(this.#hash(key))
    else this.#tracker?.skip()
  }

  /** Counts a request that found nothing, after which the caller may load. @param expired value that was there and had expired */
  missed(key: unknown, expired?: unknown): void {
    const hash = this.#hash(key)
    this.statistics.on(MISS)
    this.#follow(hash)
    this.#misses.miss(hash, this.#options.clock.now(), this.#hashToCompare(hash, expired))
  }

  /** A value was stored; when its key was missed before, it has been loaded since. */
  stored(key: unknown, value: unknown): void {
    const filled = this.#misses.fill(this.#hash(key), this.#options.clock.now())
    // A promise is stored when its load begins, and to wait for it would hide from the agent that nobody handles its error.
    if (filled !== undefined && !isThenable(value)) this.#loaded(filled, value)
  }

  /** A load begins, of whose end `loaded` or `failed` is to be told. @param expired value that it replaces */
  loads(key: unknown, expired?: unknown): RunningLoad {
    return { startedAt: this.#options.clock.now(), previous: this.#hashToCompare(this.#hash(key), expired) }
  }

  /** A load ended with this value. */
  loaded({ startedAt, previous }: RunningLoad, value: unknown): void {
    this.#loaded({ durationMs: this.#options.clock.now() - startedAt, previous }, value)
  }

  /** A load ended with this error. */
  failed({ startedAt }: RunningLoad, error: unknown): void {
    this.statistics.on({ type: 'failed', durationMs: this.#options.clock.now() - startedAt, error })
  }

  collect(sink: MetricSink): void {
    const { name, backend, site } = this.#options
    this.statistics.collect(sink)
    this.#tracker?.collect(sink)
    this.#collectStores(sink, { 'pitwall.cache.name': name, 'pitwall.cache.backend': backend })
    if (name === OTHER) return
    const place = site && { 'code.file.path': site.file, 'code.line.number': site.line }
    sink.number(subjects.info, { 'pitwall.subject': name, 'pitwall.subject.kind': 'cache', ...place }, 1)
  }

  #collectStores(sink: MetricSink, attributes: { readonly 'pitwall.cache.name': string; readonly 'pitwall.cache.backend': string }): void {
    const stores = this.#liveStores()
    if (stores.length === 0) return
    let [count, limit, ttlMs] = [0, 0, 0]
    for (const store of stores) {
      count += store.entryCount
      limit += store.entryLimit ?? Infinity
      ttlMs = Math.max(ttlMs, store.ttlMs ?? 0)
    }
    sink.number(contract.entryCount, attributes, count)
    if (limit < Infinity) sink.number(contract.entryLimit, attributes, limit)
    if (ttlMs > 0) sink.number(contract.ttl, attributes, ttlMs / 1_000)
  }

  /** What is computed at once is stored right after it was missed: then its key is hashed once. */
  #hash(key: unknown): number {
    if (typeof key !== 'string') return hashKey(key)
    if (key !== this.#lastKey) this.#lastHash = hashKey(key)
    this.#lastKey = key
    return this.#lastHash
  }

  #follow(hash: number): void {
    const tracker = this.#tracker
    if (tracker === undefined) return
    if (tracker.wants(hash)) tracker.record(hash)
    else tracker.skip()
  }

  /** Evidence for whoever asks if these values keep: hash of the one that has expired. */
  #hashToCompare(hash: number, expired: unknown): number | undefined {
    return expired !== undefined && this.#tracker?.wants(hash) === true ? hashResult(expired) : undefined
  }

  #loaded({ durationMs, previous }: FilledMiss, value: unknown): void {
    this.statistics.on({ type: 'loaded', durationMs })
    if (previous !== undefined && value !== undefined) this.#tracker?.check(previous === hashResult(value))
  }

  #liveStores(): ObservedStore[] {
    const stores: ObservedStore[] = []
    for (const reference of this.#stores) {
      const store = reference.deref()
      if (store === undefined) this.#stores.delete(reference)
      else stores.push(store)
    }
    return stores
  }
}
