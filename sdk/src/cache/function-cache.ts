import { callSite } from '../call-site.ts'
import { OptionError } from '../errors.ts'
import { argumentKeys, type KeyOptions } from './argument-keys.ts'
import { type Anything, behindCache } from './behind-cache.ts'
import type { Cache } from './cache.ts'
import { checkOptions } from './options/check-options.ts'
import type { EntryMetadata } from './memory/entries.ts'
import { rulesOf } from './options/entry-options.ts'
import type { CacheHandle } from './handle.ts'
import { scopedKeys } from './key.ts'
import { openHandle } from './open-handle.ts'
import type { CacheSettings } from './options/options.ts'
import type { CacheStats } from './statistics.ts'

/** What can be said of one of several functions behind one cache. */
export interface WrapOptions<Args extends readonly unknown[] = never[]> {
  /** Tells its entries from those of the others. Default: the function's name; give one where a build shortens those and processes share entries. */
  readonly name?: string
  /** The key of a call, from its arguments. Default: all arguments, see `keyOfArguments`. */
  readonly key?: (...args: Args) => string
  /** Names by which results are invalidated together, or how they follow from the arguments. */
  readonly tags?: readonly string[] | ((...args: Args) => readonly string[])
}

/** The same, inside. */
type AnyWrapOptions = WrapOptions<unknown[]>

/** What all functions behind one cache have in common. */
export interface FunctionCacheParts {
  readonly settings: CacheSettings
  /** Whom a result is for, from the arguments; undefined where it is for everybody. */
  readonly scope?: KeyOptions['scope']
  /** Whether a call may be given what another one was. Default: all may. */
  readonly isCacheable?: ((args: readonly unknown[]) => boolean) | undefined
  /** Whether callers are always given a promise. Default: where the function gives one. */
  readonly promises?: boolean
}

const wrapOptions = ['name', 'key', 'tags']

/**
 * One cache behind several functions, with one bound and one set of numbers for all; the names of the functions tell their
 * entries apart. `stats`, `entries`, `clear`, `invalidateTag` and `cache` of each of them are those of all.
 */
export class FunctionCache implements AsyncDisposable {
  /** For looking and for invalidating all at once: entries of functions have keys that no text makes. */
  readonly cache: CacheHandle
  readonly #cache: Cache
  readonly #parts: FunctionCacheParts
  readonly #functions = new Map<string, Anything>()

  constructor(parts: FunctionCacheParts) {
    const { settings, scope } = parts
    const { cache, handle } = openHandle(
      settings,
      argumentKeys(settings.name, scope === undefined ? {} : { scope: () => undefined }),
      callSite(),
    )
    this.cache = handle
    this.#cache = cache
    this.#parts = parts
  }

  /** Forgets all values with a tag, of every function, and those that are being loaded for it. */
  invalidateTag(tag: string): void | Promise<void> {
    return this.cache.invalidateTag(tag)
  }

  /** Forgets all values. */
  clear(): void | Promise<void> {
    return this.cache.clear()
  }

  stats(): CacheStats {
    return this.cache.stats()
  }

  entries(): Iterable<EntryMetadata> {
    return this.cache.entries()
  }

  /** Ends connections. A cache in memory has none. Never rejects. */
  close(): Promise<void> {
    return this.cache.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** @throws OptionError when another function behind this cache has the name: their results would be taken for each other's */
  protected putInFront(fn: Anything, options: AnyWrapOptions): Anything {
    checkOptions('wrap', options, wrapOptions)
    const { name = fn.name, key, tags } = options
    const { settings, scope, isCacheable, promises = false } = this.#parts
    const known = this.#functions.get(name)
    if (typeof name !== 'string' || (known !== undefined && known !== fn))
      throw new OptionError('name', name, `a string that no other function behind cache '${settings.name}' has`)
    this.#functions.set(name, fn)
    const plainKey = argumentKeys(settings.name, { key, scope })
    const ownKey = scopedKeys(name)
    return behindCache(fn, {
      cache: this.#cache,
      handle: this.cache,
      keyOf: (args) => {
        const callKey = plainKey(args)
        return callKey === undefined ? undefined : ownKey(callKey)
      },
      rulesFor:
        tags === undefined ? undefined : (args) => rulesOf({ tags: typeof tags === 'function' ? tags(...args) : tags }, this.#cache.rules),
      isCacheable,
      isKeyedByText: false,
      copies: settings.onMutate === 'clone',
      promises,
    })
  }
}
