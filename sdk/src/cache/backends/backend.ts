import type { Clock } from '../../clock.ts'
import type { EntryTable } from '../memory/entry-table.ts'
import type { EvictionPolicy } from '../eviction/policy.ts'
import type { SharedStorage } from '../shared/shared-storage.ts'
import type { ValueCodec } from '../shared/value-codec.ts'

/** What a backend is told when a cache opens it. */
export interface BackendContext {
  /** Name of the cache: caches of different names never see each other's entries. */
  readonly name: string
  /** The namespace within the cache, for which the same holds, as `pathOf` has it; undefined for the cache itself. */
  readonly part: string | undefined
  readonly clock: Clock
  /** Bounds and policy as the cache's options have them; a backend's own options go first. Infinity is no bound. */
  readonly maxEntries: number
  readonly maxBytes: number
  readonly eviction: EvictionPolicy
  /** How values become bytes and come back. */
  readonly codec: ValueCodec
  /** To be told of each entry that leaves the memory of this process without being asked to. */
  readonly onEvict: (reason: 'size' | 'expired', value: unknown) => void
}

/** The storages of one cache, asked in this order. */
export interface Storages {
  readonly local: EntryTable | undefined
  readonly shared: SharedStorage | undefined
}

/** A backend all of whose answers are there at once: a synchronous function stays synchronous behind it. */
export interface LocalBackend {
  /** Value of the attribute `pitwall.cache.backend`. */
  readonly name: string
  readonly synchronous: true
  open(context: BackendContext): Storages & { readonly local: EntryTable; readonly shared: undefined }
}

/** A backend that has to ask another process or a file: functions behind it always return promises. */
export interface SharedBackend {
  readonly name: string
  readonly synchronous: false
  /** Whether `lock: 'distributed'` has an effect: its storage has `extend` and `release`. */
  readonly hasLocks?: boolean
  open(context: BackendContext): Storages & { readonly shared: SharedStorage }
}

/**
 * Where a cache keeps its entries: a value such as `memory()` or `redis({ url })`, which every cache opens for itself.
 * A file of this folder is one backend: its default export makes one of these.
 */
export type Backend = LocalBackend | SharedBackend
