import { OptionError } from '../errors.ts'
import type { Cache } from './cache.ts'
import { checkOptions } from './options/check-options.ts'
import { copied } from './copied.ts'
import { checkDump, type DumpedEntry, type EntryMetadata } from './memory/entries.ts'
import { type EntryOptions, entryOptions, type EntryRules, rulesOf } from './options/entry-options.ts'
import type { LoadContext } from './loading/load-context.ts'
import type { CacheStats } from './statistics.ts'

/** One look that loads what is missing. */
export interface GetOrSetOptions<R> extends EntryOptions {
  readonly key: string
  /** Computes a missing value. */
  readonly load: (context: LoadContext) => R
  /** Loads even where there is a fresh value. Default false. */
  readonly forceFresh?: boolean
}

/** What can be done with any cache by hand. Answers are promises where there is a shared tier. */
export interface CacheHandle extends AsyncDisposable {
  readonly name: string
  /** The value while it is fresh, or undefined; counts as a request. Where there is a shared tier, waits for a load that is running. */
  get(key: string): unknown
  /** The same, loading what is missing: one load for all who ask at the same time. A promise where `load` gives one. */
  getOrSet(options: GetOrSetOptions<unknown>): unknown
  /** The value while it is fresh, or undefined; without counting, and without waiting for a load. */
  peek(key: string): unknown
  /** Stores a value; `undefined` is not stored. A load of this key that is running is not stored any more. Never rejects. */
  set(key: string, value: unknown, options?: EntryOptions): void | Promise<void>
  /** Invalidates one entry; a load of this key that is running is not stored any more. Never rejects. */
  delete(key: string): void | Promise<void>
  /** Invalidates all entries with a tag, and the loads that are running for such. Never rejects. */
  invalidateTag(tag: string): void | Promise<void>
  /** Invalidates all entries of this cache; in a shared storage those of every process. Never rejects. */
  clear(): void | Promise<void>
  /** Each entry of this process, one by one: take as many as you want to see. Changes meanwhile are fine. */
  entries(): Iterable<EntryMetadata>
  /** Counts since the process started, of all its caches of this name. */
  stats(): CacheStats
  /** The entries of this process as plain data, keys and values in clear. */
  dump(): readonly DumpedEntry[]
  /** Takes entries that `dump` gave, as far as their time is not over. */
  load(dump: readonly DumpedEntry[]): void
  /** A part of this cache, with entries, bounds and statistics of its own. The same one for the same name. */
  namespace(name: string): CacheHandle
  /** Ends connections. A cache in memory has none. Never rejects. */
  close(): Promise<void>
}

/** A cache that answers at once. */
export interface SyncCache<V> extends CacheHandle {
  get(key: string): V | undefined
  getOrSet<R extends V | PromiseLike<V>>(options: GetOrSetOptions<R>): R
  peek(key: string): V | undefined
  set(key: string, value: V, options?: EntryOptions): void
  delete(key: string): void
  invalidateTag(tag: string): void
  clear(): void
  namespace(name: string): SyncCache<V>
}

/** A cache with a shared tier. No call rejects but for what its loader throws: what the tier cannot serve is absent. */
export interface AsyncCache<V> extends CacheHandle {
  get(key: string): Promise<V | undefined>
  getOrSet(options: GetOrSetOptions<V | PromiseLike<V>>): Promise<V>
  peek(key: string): Promise<V | undefined>
  set(key: string, value: V, options?: EntryOptions): Promise<void>
  delete(key: string): Promise<void>
  invalidateTag(tag: string): Promise<void>
  clear(): Promise<void>
  namespace(name: string): AsyncCache<V>
}

/** What a handle is made of. */
export interface HandleParts {
  readonly cache: Cache
  /** The key of an entry, from what the user calls it. */
  readonly keyOf: (args: readonly unknown[]) => string | undefined
  readonly stats: () => CacheStats
  readonly namespace: (name: string) => CacheHandle
  /** Whether each caller is given a copy. */
  readonly copies: boolean
}

/** The handle of an open cache. */
export function handleOf({ cache, keyOf, stats, namespace, copies }: HandleParts): CacheHandle {
  const key = (text: unknown): string => {
    const made = typeof text === 'string' ? keyOf([text]) : undefined
    if (made === undefined) throw new OptionError('the key', text, 'a string')
    return made
  }
  const own = (answer: unknown): unknown => (copies ? copied(answer) : answer)
  return {
    name: cache.name,
    get: (text) => own(cache.get(key(text))),
    getOrSet: (options) => own(getOrSet(cache, key(options?.key), options)),
    peek: (text) => own(cache.peek(key(text))),
    set: (text, value, options) => cache.set(key(text), value, callRules(cache, 'set', options)),
    delete: (text) => cache.delete(key(text)),
    invalidateTag: (tag) => cache.deleteTag(checkTag(tag)),
    clear: () => cache.clear(),
    entries: () => cache.entries(),
    stats,
    dump: () => cache.dump(),
    load: (dump) => cache.restore(checkDump(dump)),
    namespace,
    close: () => cache.close(),
    [Symbol.asyncDispose]: () => cache.close(),
  }
}

/** The tag itself when it can be one. @throws OptionError when it cannot */
export function checkTag(tag: unknown): string {
  if (typeof tag === 'string' && tag !== '') return tag
  throw new OptionError('the tag', tag, 'a string of at least one character')
}

function getOrSet(cache: Cache, key: string, options: GetOrSetOptions<unknown>): unknown {
  const { key: _key, load, forceFresh = false, ...entry } = options
  if (typeof load !== 'function') throw new OptionError('load', load, 'a function')
  if (forceFresh) return cache.refresh(key, load, callRules(cache, 'getOrSet', entry))
  return cache.read(key, load, callRules(cache, 'getOrSet', entry))
}

/** The rules of one call: its own options on top of those of the cache. */
function callRules(cache: Cache, of: string, options: EntryOptions = {}): EntryRules {
  checkOptions(of, options, entryOptions)
  return Object.keys(options).length === 0 ? cache.rules : rulesOf(options, cache.rules)
}
