import { diag } from '@opentelemetry/api'
import { OptionError } from '../../errors.ts'
import type { SharedBackend } from '../backends/backend.ts'
import { hybrid } from '../backends/hybrid.ts'
import { memory } from '../backends/memory.ts'
import type { Anything } from '../behind-cache.ts'
import type { CachedExtras } from '../cached-extras.ts'
import { checkOptions } from '../options/check-options.ts'
import { FunctionCache, type WrapOptions } from '../function-cache.ts'
import { cacheOptions, type CacheOptions, settingsOf } from '../options/options.ts'
import { asksForStream, whyDiffering } from './llm-request.ts'

/** Options of a `ResponseCache`: those of every cache, with defaults for answers that take long and cost money. */
export interface ResponseCacheOptions<Args extends readonly unknown[] = never[]> extends Omit<CacheOptions, 'backend'> {
  /** Name in telemetry, for `getCache`, and of the keys in `back`. */
  readonly name: string
  /**
   * Whom an answer is for (a tenant), from the arguments of the call or from where else it is known; it becomes part of the key.
   * `'shared'`: everybody may be given the same answers.
   */
  readonly scope: 'shared' | ((...args: Args) => string | undefined)
  /** A storage that processes share, behind the memory of this one: `redis({ url })`. Default: none. */
  readonly back?: SharedBackend
  /** Whether a call may be given the answer to the same one before. Default: see `ResponseCache`. A stream never is. */
  readonly cacheable?: (...args: Args) => boolean
}

/** A function behind a `ResponseCache`. What it has besides being called is a promise where there is a `back`. */
export type ResponseFunction<F extends (...args: never[]) => PromiseLike<unknown>> = ((
  this: ThisParameterType<F>,
  ...args: Parameters<F>
) => Promise<Awaited<ReturnType<F>>>) &
  CachedExtras<
    F,
    Awaited<ReturnType<F>> | undefined | Promise<Awaited<ReturnType<F>> | undefined>,
    void | Promise<void>,
    Promise<Awaited<ReturnType<F>>>
  >

const responseCacheOptions = [...cacheOptions.filter((option) => option !== 'backend'), 'scope', 'back', 'cacheable']

/**
 * Keeps answers of APIs and language models. Fresh for an hour; for a day after it the old answer is given at once while the new
 * one is loaded behind it, or as long as that fails. With `back`, all processes share the answers, and one load of each where
 * that has locks, as Redis has.
 *
 * A call to a language model is cached where it would be answered the same again: at temperature 0, or with a seed; not without
 * either, not for streams, several answers (`n`), or tools that the provider runs. Others run uncached and count as `bypass`.
 * Everything in the arguments is part of the key, so provider, model and settings are when they are there; what is in `this`,
 * or in a client that the function closes over, is not.
 * @throws OptionError, one sentence, for an option that cannot be what it is
 */
export class ResponseCache extends FunctionCache {
  constructor(options: ResponseCacheOptions)
  constructor(options: ResponseCacheOptions<unknown[]>) {
    checkOptions('ResponseCache', options, responseCacheOptions)
    const { scope, back, cacheable, ttl = '1h', grace = '1d', timeout = 0, ...others } = options
    if (scope !== 'shared' && typeof scope !== 'function')
      throw new OptionError(
        'scope',
        scope,
        "a function that returns whom an answer is for, or 'shared' where everybody may be given the same",
      )
    if (cacheable !== undefined && typeof cacheable !== 'function') throw new OptionError('cacheable', cacheable, 'a function')
    const backend = back === undefined ? memory() : hybrid({ front: memory(), back })
    const { lock = back?.hasLocks === true ? 'distributed' : 'local' } = others
    super({
      settings: settingsOf({ ...others, ttl, grace, timeout, lock, backend }, ''),
      scope: scope === 'shared' ? undefined : scope,
      promises: true,
      isCacheable: cacheable === undefined ? repeatable(options.name) : (args) => cacheable(...args) && !asksForStream(args),
    })
  }

  /** The function behind this cache. What it throws is not kept, unless `errorTtl` says so; what `validate` refuses goes to its caller alone. */
  wrap<F extends (...args: never[]) => PromiseLike<unknown>>(fn: F, options?: WrapOptions<Parameters<F>>): ResponseFunction<F>
  wrap(fn: Anything, options: WrapOptions<unknown[]> = {}): Anything {
    return this.putInFront(fn, options)
  }
}

/** Says once why there are calls that are not cached: who expects hits should know. */
function repeatable(cacheName: string): (args: readonly unknown[]) => boolean {
  let said = false
  return (args) => {
    const why = whyDiffering(args)
    if (why === undefined) return true
    if (!said) diag.warn(`some calls of '${cacheName}' run uncached, because ${why}; \`cacheable\` can decide otherwise.`)
    said = true
    return false
  }
}
