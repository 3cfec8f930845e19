import { type Clock, systemClock } from '../clock.ts'
import { OptionError } from '../errors.ts'
import type { Backend } from './backends/backend.ts'
import { memory } from './backends/memory.ts'
import { type Duration, durationMs } from './duration.ts'
import { lru } from './eviction/lru.ts'
import type { EvictionPolicy } from './eviction/policy.ts'
import { checkMaxEntries } from './max-entries.ts'

/** What every cache can be told. */
export interface CacheOptions {
  /** Name in telemetry, and of the keys in a shared storage: caches of one name share entries there. */
  readonly name?: string
  /** How long an entry stays fresh: milliseconds, or a string like '5m'. Default: until it is evicted or invalidated. */
  readonly ttl?: Duration
  /** Bound on the entries in this process. Default 1000. */
  readonly maxEntries?: number
  /** Which entry goes when there is no room: `lru()` (default), `auto()`, `tinylfu()`, `s3fifo()`, `lfu()`, `fifo()`, `ttl()`. */
  readonly eviction?: EvictionPolicy
  /** Where entries live: `memory()` (default), `redis({ url })`, `hybrid({ front, back })`. */
  readonly backend?: Backend
  /** Time, for tests. */
  readonly clock?: Clock
}

const described = { name: true, ttl: true, maxEntries: true, eviction: true, backend: true, clock: true } satisfies Record<
  keyof CacheOptions,
  true
>

/** Names of the options that every cache has. */
export const cacheOptions: readonly string[] = Object.keys(described)

/** Options after checks, with defaults filled in. */
export interface CacheSettings {
  readonly name: string
  readonly ttlMs: number | undefined
  readonly maxEntries: number
  readonly eviction: EvictionPolicy
  readonly backend: Backend
  readonly clock: Clock
}

/** Fills in defaults. @throws OptionError, one sentence, for an option that cannot be what it is. */
export function settingsOf(options: CacheOptions, defaultName: string): CacheSettings {
  const { name = defaultName, ttl, maxEntries = 1_000, eviction = lru(), backend = memory(), clock = systemClock } = options
  if (typeof name !== 'string' || name === '') throw new OptionError('name', name, 'a string of at least one character')
  if (typeof eviction !== 'function') throw new OptionError('eviction', eviction, 'a policy such as lru() or fifo()')
  if (typeof backend?.open !== 'function') throw new OptionError('backend', backend, 'a backend such as memory() or redis({ url })')
  return { name, ttlMs: ttlOf(ttl), maxEntries: checkMaxEntries(maxEntries), eviction, backend, clock }
}

function ttlOf(ttl: Duration | undefined): number | undefined {
  const ms = ttl === undefined ? undefined : durationMs('ttl', ttl)
  return ms === Number.POSITIVE_INFINITY ? undefined : ms
}
