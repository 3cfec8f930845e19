import type { Cache } from './cache.ts'
import type { EntryMetadata } from './memory/entries.ts'
import { type EntryOptions, type EntryRules, rulesOf } from './options/entry-options.ts'
import { type CacheHandle, checkTag } from './handle.ts'
import { OptionError } from '../errors.ts'
import type { CacheStats } from './statistics.ts'

/** Any function; what it takes and returns does not matter here. */
export type AnyFunction = (this: never, ...args: never[]) => unknown

/** How `warm` goes about it. */
export interface WarmOptions {
  /** Calls that run at the same time: a whole number, default 4. */
  readonly concurrency?: number
}

/** What a cached function can do besides being called. `Seen`, `Done` and `Result` are promises where there is a shared tier. */
export interface CachedExtras<F extends AnyFunction, Seen, Done, Result> extends AsyncDisposable {
  /** The value that a call with these arguments would be given now, without loading or counting; else undefined. */
  readonly peek: (...args: Parameters<F>) => Seen
  /** The same, counted as a request; where there is a shared tier, it waits for a load that is running. */
  readonly get: (...args: Parameters<F>) => Seen
  /**
   * Stores the result of a call with these arguments: a value, or a promise of it as an asynchronous function would return. Before
   * the first call of a function that returns promises without being declared `async`, only a promise tells that hits are to be promises.
   */
  readonly set: (args: Parameters<F>, result: ReturnType<F> | Awaited<ReturnType<F>>, options?: EntryOptions) => Done
  /** Forgets the value of these arguments; a load of it that is running goes to its waiters and is not stored. */
  readonly invalidate: (...args: Parameters<F>) => Done
  /** Forgets all values with a tag, and those that are being loaded for it. */
  readonly invalidateTag: (tag: string) => Done
  /** Calls the function whatever there is, and keeps what it returns. An error is yours; what was there stays. */
  readonly refresh: (this: ThisParameterType<F>, ...args: Parameters<F>) => Result
  /** Calls with each of these arguments, some at the same time, so that later calls are hits. Resolves to the number that failed. */
  readonly warm: (this: ThisParameterType<F>, calls: Iterable<Parameters<F>>, options?: WarmOptions) => Promise<number>
  readonly stats: () => CacheStats
  readonly entries: () => Iterable<EntryMetadata>
  readonly clear: () => Done
  readonly cache: CacheHandle
}

/** What the extras of a cached function are made of. */
export interface ExtrasParts {
  readonly cache: Cache
  readonly handle: CacheHandle
  readonly keyOf: (args: readonly unknown[]) => string | undefined
  readonly rulesFor: (args: unknown[]) => EntryRules
  /** The function behind its cache. */
  readonly call: (this: unknown, ...args: unknown[]) => unknown
  /** The function without its cache. */
  readonly run: (self: unknown, args: unknown[]) => unknown
  /** Whether the function returns promises, as far as is known. */
  readonly isAsynchronous: () => boolean
}

/** A key that no arguments make: without a key nothing is kept, so there is nothing to see or to forget. */
const NO_KEY = '~'

/** What a cached function can do besides being called. */
export function extrasOf(parts: ExtrasParts): CachedExtras<(...args: unknown[]) => unknown, unknown, unknown, unknown> {
  const { cache, handle, keyOf, rulesFor, call, run, isAsynchronous } = parts
  const keyFor = (args: readonly unknown[]): string => keyOf(args) ?? NO_KEY
  return {
    peek: (...args) => cache.peek(keyFor(args)),
    get: (...args) => cache.get(keyFor(args)),
    set(args, value, options = {}) {
      const key = keyOf(args)
      if (key === undefined) throw new OptionError('the arguments of set', args, 'such that they make a key')
      const rules = rulesOf(options, rulesFor(args))
      if (value instanceof Promise) return value.then((resolved: unknown) => cache.set(key, resolved, rules, true))
      return cache.set(key, value, rules, isAsynchronous())
    },
    invalidate: (...args) => cache.delete(keyFor(args)),
    invalidateTag: (tag) => cache.deleteTag(checkTag(tag)),
    refresh(this: unknown, ...args) {
      const key = keyOf(args)
      const load = (): unknown => run(this, args)
      return key === undefined ? cache.readAround(load) : cache.refresh(key, load, rulesFor(args))
    },
    warm(this: unknown, calls, options) {
      return warm((args) => call.apply(this, args), calls, options)
    },
    stats: handle.stats,
    entries: handle.entries,
    clear: handle.clear,
    cache: handle,
    [Symbol.asyncDispose]: handle.close,
  }
}

async function warm(
  call: (args: unknown[]) => unknown,
  calls: Iterable<unknown[]>,
  { concurrency = 4 }: WarmOptions = {},
): Promise<number> {
  if (!Number.isInteger(concurrency) || concurrency < 1) throw new OptionError('concurrency', concurrency, 'a whole number of 1 or more')
  const left = calls[Symbol.iterator]()
  let failed = 0
  const work = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true; next = left.next()) {
      try {
        await call(next.value)
      } catch {
        // Who needs the value will be told; warming it up was a favour.
        failed += 1
      }
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  return failed
}
