import type { Clock } from '../../clock.ts'
import type { EntryTable } from '../entry-table.ts'
import type { EvictionPolicy } from '../eviction/policy.ts'

/** What a backend is told when a cache opens it. */
export interface BackendContext {
  /** Name of the cache; caches of different names never see each other's entries. */
  readonly name: string
  readonly clock: Clock
  /** Bound on entries and policy as the cache's options have them; a backend's own options go first. */
  readonly maxEntries: number
  readonly eviction: EvictionPolicy
  /** To be told of each entry that leaves the memory of this process without being asked to. */
  readonly onEvict: (reason: 'size' | 'expired') => void
}

/** A value found in a shared storage. */
export interface SharedValue {
  readonly value: unknown
  /** Milliseconds it stays fresh; undefined when it does not expire. */
  readonly ttlMs: number | undefined
}

/**
 * Storage that several processes share. The cache puts a deadline and a circuit breaker around every call, so that an
 * implementation simply rejects when it cannot reach its server; the cache then loads. It must never throw elsewhere,
 * never hold the process, and never wait for longer than its caller: no queue for commands while it is not connected.
 */
export interface SharedStorage {
  /** Value of the attribute `pitwall.cache.tier`, for example `redis`. */
  readonly tier: string
  /** Milliseconds a call may take before the cache goes on without it. */
  readonly deadlineMs: number
  /** The value; undefined when absent, expired, or written by something that is not trusted. Rejects only when unreachable. */
  get(key: string): Promise<SharedValue | undefined>
  /** Stores or replaces. A value that cannot be serialized is not stored and no error. */
  set(key: string, value: unknown, ttlMs: number | undefined): Promise<void>
  delete(key: string): Promise<void>
  /** Removes every entry of this cache. */
  clear(): Promise<void>
  /** Ends connections and timers; calls that are still running reject. */
  close(): Promise<void>
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

/** A backend that has to ask another process: functions behind it always return promises. */
export interface SharedBackend {
  readonly name: string
  readonly synchronous: false
  open(context: BackendContext): Storages & { readonly shared: SharedStorage }
}

/**
 * Where a cache keeps its entries: a value such as `memory()` or `redis({ url })`, which every cache opens for itself.
 * A file of this folder is one backend: its default export makes one of these.
 */
export type Backend = LocalBackend | SharedBackend
