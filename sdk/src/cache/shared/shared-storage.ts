/** A value as a shared storage has it. Times are milliseconds from now; Infinity is never. */
export interface StoredValue {
  readonly value: unknown
  /** How long it stays fresh; zero or less when its time to live is over. */
  readonly freshMs: number
  /** How long it may be served, fresh or stale: more than zero. */
  readonly servedMs: number
  /** How long loading it took. */
  readonly loadMs: number
  /** Ids of its tags. */
  readonly tags: readonly string[]
}

/**
 * The state of a key at the moment a load begins. It is void once the key, one of the value's tags or everything was
 * invalidated: the outcome of that load is not stored then.
 */
export type Token = string

/** What reading a key gave. */
export interface Reading {
  /** The value, fresh or stale; undefined when absent, or written by something that is not trusted. */
  readonly found: StoredValue | undefined
  /** For a load that begins now. */
  readonly token: Token
  /** Whether this process holds the key's lock now: until `write` or `release`, or the end of its lease. */
  readonly holdsLock: boolean
  /** Where another process holds the lock: resolves when that lets go of it, or the lease is over. Never rejects. */
  readonly released: Promise<Release> | undefined
}

/** How the holder of a lock let go of it. `unknown`: its lease ended, or there is nothing to hand over. */
export type Release =
  | { readonly type: 'loaded'; readonly found: StoredValue }
  /** What is not kept: undefined, or what the loader asked not to keep. */
  | { readonly type: 'passed on'; readonly value: unknown }
  | { readonly type: 'failed'; readonly error: Error }
  | { readonly type: 'unknown' }

/** Who is to be told what changes in a shared storage, wherever it was changed but here. Must not throw. */
export interface ChangeListener {
  /** Keys with this hash (`hashString`) have a new value or none. */
  keyChanged(hash: number): void
  /** @param tag id of the tag */
  tagInvalidated(tag: string): void
  cleared(): void
  /** From now on changes may be missed. */
  lost(): void
  /** From now on none is missed any more; those before may have been. */
  regained(): void
}

/**
 * Storage that several processes share. The cache puts a deadline and a circuit breaker around every call, so that an
 * implementation simply rejects when it cannot reach its server; the cache then loads. It must never throw elsewhere,
 * never hold the process, and never wait for longer than its caller: no queue for commands while it is not connected.
 * `plainBackend` makes one of these from any map of texts.
 */
export interface SharedStorage {
  /** Value of the attribute `pitwall.cache.tier`, for example `redis`. */
  readonly tier: string
  /** Milliseconds a call may take before the cache goes on without it. */
  readonly deadlineMs: number
  /** Storages on one server give the same object: they share a circuit breaker. Default: each has its own. */
  readonly server?: object
  /**
   * Where there are several servers, each of which may fail alone: an object for those that a request for this key depends on, or
   * one that has no key. It has a circuit breaker of its own. Default: `server`.
   */
  serverOf?(key: string | undefined): object
  /** Everything that `serverOf` gives now. */
  servers?(): Iterable<object>
  /**
   * Reads a key. Rejects only when unreachable.
   * @param beyondMs a value counts as fresh when it stays so for longer than this
   * @param leaseMs takes the key's lock for this long, where there is nothing fresh and nobody else holds it; 0: no lock is wanted
   */
  read(key: string, beyondMs: number, leaseMs: number): Promise<Reading>
  /**
   * Stores what a load brought, unless its token is void by now, and lets go of the key's lock where this process holds it.
   * A value that cannot be serialized is not stored either, and the key is absent then. `replaced`: stored in place of a fresh
   * one; a storage that cannot tell says `stored`.
   */
  write(key: string, value: StoredValue, token: Token): Promise<'stored' | 'replaced' | 'outdated' | 'not serializable'>
  /**
   * Stores or replaces a value that is newer than every load that runs: their tokens are void.
   * @param agoMs 0 for a value that is set now; else how long ago it was: then what is newer stays, and what can't be told apart goes
   */
  set(key: string, value: StoredValue, agoMs: number): Promise<void>
  /** Removes a key that was invalidated now (0) or so many milliseconds ago; what is newer stays. Tokens from before are void. */
  delete(key: string, agoMs: number): Promise<void>
  /** What a tag is called here and by other processes: not the tag itself, which may say more than others should know. */
  tagId(tag: string): string
  /** Removes every entry with the tag of this id. Tokens from before are void. */
  deleteTag(tag: string): Promise<void>
  /** Removes every entry of this cache. Tokens from before are void. */
  clear(): Promise<void>
  /** Keeps the key's lock for so much longer. */
  extend?(key: string, leaseMs: number): Promise<void>
  /** Lets go of the key's lock without storing anything, and tells those who wait for it what came of it. */
  release?(key: string, outcome: Release): Promise<void>
  /** Tells of changes that others make, until what it returns is called. */
  watch?(listener: ChangeListener): () => void
  /** Ends connections and timers; calls that are still running reject. */
  close(): Promise<void>
}

/** The storage was reached, and refused: it is full, read-only, or the user has no right to. Others are errors of the connection. */
export class StorageRefusal extends Error {
  override readonly name = 'StorageRefusal'
}
