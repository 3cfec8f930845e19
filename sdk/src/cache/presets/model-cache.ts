import { after, type Clock, systemClock } from '../../clock.ts'
import { OptionError } from '../../errors.ts'
import type { LocalBackend } from '../backends/backend.ts'
import { MAX_ENTRIES } from '../options/bounds.ts'
import { checkOptions } from '../options/check-options.ts'
import { createCache } from '../create-cache.ts'
import type { Duration } from '../../duration.ts'
import type { EntryMetadata } from '../memory/entries.ts'
import { EntryTable } from '../memory/entry-table.ts'
import type { SyncCache } from '../handle.ts'
import { type DisposeReason, HeldValues, type Lease } from '../memory/held-values.ts'
import type { LoadContext } from '../loading/load-context.ts'
import { estimatedBytes } from '../memory/size.ts'
import type { CacheStats } from '../statistics.ts'

/** Options of a `ModelCache`. */
export interface ModelCacheOptions<V> {
  /** Name in telemetry, and for `getCache`. */
  readonly name: string
  /** Loads a value that is not there: one load at a time for each key. An error goes to all who wait, and is not kept. */
  load(key: string, context: LoadContext): V | PromiseLike<V>
  /**
   * Frees what a value takes up: called once for each that has left the cache, when nobody holds it any more. An error is a
   * warning. Default: the value's own `Symbol.asyncDispose` or `Symbol.dispose`, if it has one.
   */
  dispose?(value: V, key: string, reason: DisposeReason): unknown
  /** Values at a time; those that are held beyond it do not count. Default 4, or no bound where `maxBytes` is given. */
  readonly maxEntries?: number
  /** Bytes at a time, by `sizeOf`. Default: no bound. */
  readonly maxBytes?: number
  /** Bytes of a value: what it takes outside of JavaScript cannot be seen, so `maxBytes` needs it. */
  sizeOf?(value: V): number
  /** How long a value stays; then it is disposed of, asked for or not. Default: until there is no room. */
  readonly ttl?: Duration
  /** Time, for tests. */
  readonly clock?: Clock
}

const modelCacheOptions = ['name', 'load', 'dispose', 'maxEntries', 'maxBytes', 'sizeOf', 'ttl', 'clock']

/** Each is large. */
const FEW = 4

/**
 * Keeps few, large values that have to be disposed of: loaded models, clients with connections, tokenizers. In the memory
 * of this process alone. Who uses a value holds it; one that has to go is disposed of when its last holder is done.
 * @throws OptionError, one sentence, for an option that cannot be what it is
 */
export class ModelCache<V extends object> implements AsyncDisposable {
  /** For looking: what it gives is not held, and may be disposed of meanwhile. */
  readonly cache: SyncCache<V>
  readonly #options: ModelCacheOptions<V>
  readonly #clock: Clock
  readonly #held: HeldValues<V>
  /** One, and one for each namespace. */
  readonly #tables: EntryTable[] = []
  #cancelExpiry: (() => void) | undefined
  #closed = false

  constructor(options: ModelCacheOptions<V>) {
    check(options)
    const { name, ttl = Number.POSITIVE_INFINITY, clock = systemClock } = options
    const { maxBytes = Number.POSITIVE_INFINITY, maxEntries = options.maxBytes === undefined ? FEW : MAX_ENTRIES } = options
    // For the cache, values are of no known type.
    const calls: Pick<ModelCacheOptions<unknown>, 'dispose' | 'sizeOf'> = options
    const sizeOf = (value: unknown): number => calls.sizeOf?.(value) ?? estimatedBytes(value)
    this.#options = options
    this.#clock = clock
    this.#held = new HeldValues<V>({
      name,
      isKept: (value) => this.#isKept(value),
      dispose: (...args) => (calls.dispose === undefined ? disposeOwn(args[0]) : calls.dispose(...args)),
    })
    this.cache = createCache<V>({
      name,
      ttl,
      clock,
      maxEntries,
      maxBytes,
      sizeOf,
      lock: 'local',
      onMutate: 'share',
      backend: this.#backend(),
    })
  }

  /** The value, loaded if it is not there. It is yours until the lease ends: `using lease = await models.acquire('small')`. */
  async acquire(key: string): Promise<Lease<V>> {
    const value = await this.cache.getOrSet({ key, load: (context) => this.#load(key, context) })
    const lease = this.#held.hold(value, key)
    if (this.cache.peek(key) !== value) this.#held.left(value, key, 'not kept')
    this.#expireLater()
    return lease
  }

  /** Calls `work` with the value, and holds it until what that returns is settled. */
  async use<R>(key: string, work: (value: V) => R | PromiseLike<R>): Promise<R> {
    const lease = await this.acquire(key)
    try {
      return await work(lease.value)
    } finally {
      lease[Symbol.dispose]()
    }
  }

  /** Who asks for the key from now on is given a value that is loaded anew. */
  invalidate(key: string): void {
    this.cache.delete(key)
  }

  /** The same for every key. */
  clear(): void {
    this.cache.clear()
  }

  stats(): CacheStats {
    return this.cache.stats()
  }

  entries(): Iterable<EntryMetadata> {
    return this.cache.entries()
  }

  /**
   * Disposes of all values, and resolves when that is done for those that nobody holds; those that are held follow at the
   * end of their leases. What is acquired from now on is loaded for its caller alone. Never rejects.
   */
  async close(): Promise<void> {
    this.#closed = true
    this.#cancelExpiry?.()
    this.cache.clear()
    for (const table of this.#tables) table.clear()
    await this.#held.settled()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #load(key: string, context: LoadContext): V | PromiseLike<V> {
    if (this.#closed) context.skip()
    return this.#held.inUse(key) ?? this.#options.load(key, context)
  }

  #backend(): LocalBackend {
    return {
      name: 'memory',
      synchronous: true,
      open: (context) => {
        const local = new EntryTable({
          ...context,
          onRemove: (value, key, reason) => this.#held.left(value, key, this.#closed ? 'closed' : reason),
        })
        this.#tables.push(local)
        return { local, shared: undefined }
      },
    }
  }

  /** There are few entries, and this is asked when one goes: a look at each will do. */
  #isKept(value: unknown): boolean {
    return this.#tables.some((table) => [...table.entries()].some(([, slot]) => table.value(slot) === value))
  }

  /** Other caches drop what has expired when they come across it; here it takes up too much until then. */
  #expireLater(): void {
    if (this.#options.ttl === undefined || this.#cancelExpiry !== undefined || this.#closed) return
    const times = this.#tables.flatMap((table) => [...table.entries()].map(([, slot]) => table.expiresAt(slot)))
    const soonest = Math.min(...times)
    if (soonest === Number.POSITIVE_INFINITY) return
    const expire = (): void => {
      this.#cancelExpiry = undefined
      for (const table of this.#tables) table.deleteExpired(this.#clock.now())
      this.#expireLater()
    }
    this.#cancelExpiry = after(this.#clock, Math.max(1, soonest - this.#clock.now()), expire, true)
  }
}

function check(options: ModelCacheOptions<unknown>): void {
  checkOptions('ModelCache', options, modelCacheOptions)
  for (const option of ['load', 'dispose', 'sizeOf'] as const) {
    const given: unknown = options[option]
    if (typeof given !== 'function' && (given !== undefined || option === 'load')) throw new OptionError(option, given, 'a function')
  }
  if (options.maxBytes !== undefined && options.sizeOf === undefined)
    throw new OptionError('sizeOf', undefined, 'given with `maxBytes`, because what a value takes outside of JavaScript cannot be seen')
}

async function disposeOwn(value: unknown): Promise<void> {
  if (typeof value !== 'object' || value === null) return
  if (isAsyncDisposable(value)) await value[Symbol.asyncDispose]()
  else if (isDisposable(value)) value[Symbol.dispose]()
}

function isAsyncDisposable(value: object): value is AsyncDisposable {
  return Symbol.asyncDispose in value && typeof value[Symbol.asyncDispose] === 'function'
}

function isDisposable(value: object): value is Disposable {
  return Symbol.dispose in value && typeof value[Symbol.dispose] === 'function'
}
