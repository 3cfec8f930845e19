import { cacheCosts } from '../contract/index.ts'
import { type Spelling, Spellings } from '../sampling/spellings.ts'
import type { MetricSink } from '../telemetry/source.ts'
import type { CacheEvent, CacheListener } from './events.ts'
import { ExpiryBursts } from './expiry-bursts.ts'
import { isDigest } from './key.ts'
import type { Tiers } from './statistics.ts'
import { LOCAL_LOOKUP_SECONDS } from './time-saved.ts'

/** Quicker loads are not worth the look at their keys, which takes some microseconds. */
const MIN_LOAD_MS = 1

/** Counts what a cache costs, and which of its loads it could be spared. */
export class CostStatistics implements CacheListener {
  readonly #name: string
  readonly #tiers: Tiers
  readonly #bursts = new ExpiryBursts()
  /** Made when the first load is worth it. */
  #spellings: Spellings | undefined
  readonly #spelled: Record<Spelling, number> = { new: 0, same: 0, different: 0 }
  #duplicates = 0
  #sharedLookupSeconds = 0
  #keySeconds = 0

  constructor(name: string, tiers: Tiers) {
    this.#name = name
    this.#tiers = tiers
  }

  on(event: CacheEvent): void {
    switch (event.type) {
      case 'lookup':
        this.#sharedLookupSeconds += event.durationMs / 1_000
        break
      case 'keyed':
        this.#keySeconds += event.durationMs / 1_000
        break
      case 'duplicate':
        this.#duplicates += 1
        break
      case 'stored':
        this.#bursts.stored(event)
        if (event.loadMs >= MIN_LOAD_MS && !isDigest(event.key)) this.#spelled[(this.#spellings ??= new Spellings()).loaded(event)] += 1
    }
  }

  /** @param requests of the cache so far: each looks in memory, where there is one */
  write(sink: MetricSink, requests: number): void {
    const { local, shared } = this.#tiers
    const name = { 'pitwall.cache.name': this.#name }
    const lookups = (tier: string, seconds: number): void =>
      sink.number(cacheCosts.lookupTime, { ...name, 'pitwall.cache.tier': tier }, seconds)
    if (local !== undefined) lookups(local, this.#keySeconds + requests * LOCAL_LOOKUP_SECONDS)
    if (shared !== undefined) {
      lookups(shared, this.#sharedLookupSeconds)
      sink.number(cacheCosts.duplicateLoads, name, this.#duplicates)
    }
    this.#bursts.settle()
    sink.number(cacheCosts.burstLoads, name, this.#bursts.loads)
    sink.number(cacheCosts.burstLoadTime, name, this.#bursts.seconds)
    if (this.#spellings === undefined) return
    for (const spelling of ['new', 'same', 'different'] as const)
      sink.number(cacheCosts.spelledLoads, { ...name, 'pitwall.cache.spelling': spelling }, this.#spelled[spelling])
  }
}
