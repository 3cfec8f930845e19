import type { Anything } from '../behind-cache.ts'
import type { AnyFunction } from '../cached-extras.ts'
import type { CachedFunction } from '../cached.ts'
import { checkOptions } from '../options/check-options.ts'
import { auto } from '../eviction/auto.ts'
import { FunctionCache, type WrapOptions } from '../function-cache.ts'
import { type CacheOptions, settingsOf } from '../options/options.ts'

/** Options of a `ComputationCache`. What is set for all caches of the process does not count here. */
export interface ComputationCacheOptions extends Pick<CacheOptions, 'maxBytes' | 'sizeOf' | 'eviction' | 'onMutate' | 'clock'> {
  /** Name in telemetry, and for `getCache`. */
  readonly name: string
  /** Results at a time, of all its functions together. Default 10,000, or no bound where `maxBytes` is given. */
  readonly maxEntries?: number
}

const computationCacheOptions = ['name', 'maxEntries', 'maxBytes', 'sizeOf', 'eviction', 'onMutate', 'clock']

/** Results of pure functions are small, as a rule. */
const MAX_ENTRIES = 10_000

/**
 * Keeps results of pure functions, which are right for ever: they stay until there is no room, which `auto` makes. In the memory
 * of this process alone. A function that reads anything but its arguments is not pure: give that one a cache with a time to live.
 * @throws OptionError, one sentence, for an option that cannot be what it is
 */
export class ComputationCache extends FunctionCache {
  constructor(options: ComputationCacheOptions) {
    checkOptions('ComputationCache', options, computationCacheOptions)
    const { maxEntries = options.maxBytes === undefined ? MAX_ENTRIES : undefined } = options
    super({ settings: settingsOf({ eviction: auto(), ...options, ...(maxEntries !== undefined && { maxEntries }) }, '', {}) })
  }

  /** The function behind this cache: same arguments, same `this`, synchronous where it is; what it throws is not kept. */
  wrap<F extends AnyFunction>(fn: F, options?: WrapOptions<Parameters<F>>): CachedFunction<F>
  wrap(fn: Anything, options: WrapOptions<unknown[]> = {}): Anything {
    return this.putInFront(fn, options)
  }
}
