import { diag } from '@opentelemetry/api'
import { OptionError } from '../errors.ts'
import { keepShape } from '../sampling/keep-shape.ts'
import { markCached } from '../sampling/cached-mark.ts'
import type { Backend, LocalBackend, SharedBackend } from './backends/backend.ts'
import { checkOptions } from './check-options.ts'
import type { CacheHandle } from './handle.ts'
import { keyOfArguments, keyOfText } from './key.ts'
import { openCache } from './open-cache.ts'
import { cacheOptions, type CacheOptions, settingsOf } from './options.ts'

/** Any function; what it takes and returns does not matter here. */
type AnyFunction = (this: never, ...args: never[]) => unknown

/** What `cached` can be told besides what every cache can. */
export interface CachedOptions<F extends AnyFunction = AnyFunction> extends CacheOptions {
  /** The key of a call, from its arguments. Default: all arguments, see `keyOfArguments`. */
  readonly key?: (...args: Parameters<F>) => string
}

/** What a cached function can do besides being called. `Peeked` and `Done` are promises where there is a shared tier. */
export interface CachedExtras<F extends AnyFunction, Peeked, Done> {
  /** The value that a call with these arguments would be given now, without loading or counting; else undefined. */
  readonly peek: (...args: Parameters<F>) => Peeked
  /** Forgets the value of these arguments; a load of it that is running goes to its waiters and is not stored. */
  readonly invalidate: (...args: Parameters<F>) => Done
  readonly stats: CacheHandle['stats']
  readonly cache: CacheHandle
}

/** A function behind a cache in this process: the same function, and what can be done with its cache. */
export type Cached<F extends AnyFunction> = F & CachedExtras<F, Awaited<ReturnType<F>> | undefined, void>

/** A function behind a shared cache: it always returns a promise. */
export type SharedCached<F extends AnyFunction> = ((
  this: ThisParameterType<F>,
  ...args: Parameters<F>
) => Promise<Awaited<ReturnType<F>>>) &
  CachedExtras<F, Promise<Awaited<ReturnType<F>> | undefined>, Promise<void>>

/** A key that no arguments make. */
const NO_KEY = '~'

/**
 * Puts a cache in front of a function: same arguments, same `this`, and one load for all who ask at the same time.
 * A synchronous function stays synchronous behind `memory()`. `undefined` is not cached, `null` is, errors never are, nor
 * is what can be read only once: generators, streams, responses.
 * The key is made from the arguments, not from `this`. Calls whose arguments make no key run uncached.
 * Callers share the cached value itself: do not change it.
 * @throws OptionError, one sentence, for an option that cannot be what it is
 */
export function cached<F extends AnyFunction>(fn: F, options?: CachedOptions<F> & { readonly backend?: LocalBackend }): Cached<F>
export function cached<F extends AnyFunction>(fn: F, options: CachedOptions<F> & { readonly backend: SharedBackend }): SharedCached<F>
export function cached<F extends AnyFunction>(fn: F, options: CachedOptions<F>): Cached<F> | SharedCached<F>
export function cached(
  fn: (this: unknown, ...args: unknown[]) => unknown,
  options: CacheOptions & { readonly key?: (...args: unknown[]) => string } = {},
): ((this: unknown, ...args: unknown[]) => unknown) & CachedExtras<(...args: unknown[]) => unknown, unknown, unknown> {
  if (typeof fn !== 'function') throw new OptionError('the first argument of cached', fn, 'a function')
  checkOptions('cached', options, [...cacheOptions, 'key'])
  if (options.key !== undefined && typeof options.key !== 'function') throw new OptionError('key', options.key, 'a function')
  const { cache, handle } = openCache(settingsOf(options, options.name === undefined ? fn.name || anonymousName(options.backend) : ''))
  const { key } = options
  const keyOf = key === undefined ? keyOfArguments : userKey(key)
  const warnOnce = once(() =>
    diag.warn(`some calls of '${handle.name}' run uncached, because their arguments make no key; give cached() a \`key\` function.`),
  )

  // Most calls have one string and are hits: they end here, without an array of arguments or a closure over them, so that
  // nothing is allocated. All others take the general way.
  function wrapper(this: unknown, first?: unknown): unknown {
    if (arguments.length !== 1 || typeof first !== 'string' || key !== undefined) return Reflect.apply(call, this, arguments)
    const callKey = keyOfText(first)
    const answer = cache.lookup(callKey)
    return answer === undefined ? miss(callKey, this, first) : answer
  }

  function miss(callKey: string, self: unknown, text: string): unknown {
    return cache.readThrough(callKey, () => fn.call(self, text))
  }

  function call(this: unknown, ...args: unknown[]): unknown {
    const load = () => fn.apply(this, args)
    let callKey: string | undefined
    try {
      callKey = keyOf(args)
    } catch (error) {
      // Who is promised a promise handles errors there.
      if (options.backend?.synchronous === false) return Promise.reject(error)
      throw error
    }
    if (callKey === undefined) {
      warnOnce()
      return cache.readAround(load)
    }
    const answer = cache.lookup(callKey)
    return answer === undefined ? cache.readThrough(callKey, load) : answer
  }

  markCached(wrapper)
  const extras = {
    // Without a key nothing is kept, so there is nothing to see or to forget.
    peek: (...args: unknown[]) => cache.peek(keyOf(args) ?? NO_KEY),
    invalidate: (...args: unknown[]) => cache.delete(keyOf(args) ?? NO_KEY),
    stats: handle.stats,
    cache: handle,
  }
  return keepShape(Object.assign(wrapper, extras), fn)
}

/** Functions without a name may go by one in memory; in a shared storage they would be given each other's values. */
function anonymousName(backend: Backend | undefined): string {
  if (backend?.synchronous !== false) return 'anonymous'
  throw new OptionError('name', undefined, 'given with a shared backend when the function itself has none')
}

/** Keys from the user's own function. What it throws is the caller's; what is no string makes no key. */
function userKey(key: (...args: unknown[]) => string): (args: readonly unknown[]) => string | undefined {
  return (args) => {
    const text: unknown = key(...args)
    return typeof text === 'string' ? keyOfText(text) : undefined
  }
}

function once(action: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    action()
  }
}
