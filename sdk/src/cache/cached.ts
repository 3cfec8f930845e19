import { type CallSite, callSite } from '../call-site.ts'
import { OptionError } from '../errors.ts'
import { isDecoratorCall, type MethodDecorator } from '../method-decorator.ts'
import { argumentKeys } from './argument-keys.ts'
import type { LocalBackend, SharedBackend } from './backends/backend.ts'
import { memory } from './backends/memory.ts'
import { type AnyExtras, type Anything, behindCache, extrasBehind } from './behind-cache.ts'
import type { AnyFunction, CachedExtras } from './cached-extras.ts'
import { checkOptions } from './options/check-options.ts'
import { behindMethod, cachedMethodDecorator } from './decorator.ts'
import { rulesOf } from './options/entry-options.ts'
import { openHandle } from './open-handle.ts'
import { cacheOptions, type CacheOptions, settingsOf } from './options/options.ts'

/** What `cached` can be told besides what every cache can. */
export interface CachedOptions<F extends AnyFunction = AnyFunction> extends Omit<CacheOptions, 'tags'> {
  /** The key of a call, from its arguments. Default: all arguments, see `keyOfArguments`. */
  readonly key?: (...args: Parameters<F>) => string
  /** Whom a result is for (a tenant), from the arguments; it becomes part of the key. @throws MissingScopeError when that is no text */
  readonly scope?: (...args: Parameters<F>) => string | undefined
  /** Names by which results are invalidated together, or how they follow from the arguments. */
  readonly tags?: readonly string[] | ((...args: Parameters<F>) => readonly string[])
  /** For a method: whether each instance has entries of its own (default, in memory only), or all share them. */
  readonly per?: 'instance' | 'class'
}

/** A function behind a cache in this process: the same function, and what can be done with its cache. */
export type CachedFunction<F extends AnyFunction> = F & CachedExtras<F, Awaited<ReturnType<F>> | undefined, void, ReturnType<F>>

/** A function behind a shared cache: it always returns a promise. */
export type SharedCachedFunction<F extends AnyFunction> = ((
  this: ThisParameterType<F>,
  ...args: Parameters<F>
) => Promise<Awaited<ReturnType<F>>>) &
  CachedExtras<F, Promise<Awaited<ReturnType<F>> | undefined>, Promise<void>, Promise<Awaited<ReturnType<F>>>>

/** The options as they are inside, where nothing is known of the function. */
type AnyOptions = Omit<CacheOptions, 'tags'> & {
  readonly key?: (...args: unknown[]) => string
  readonly scope?: (...args: unknown[]) => string | undefined
  readonly tags?: readonly string[] | ((...args: unknown[]) => readonly string[])
  readonly per?: 'instance' | 'class'
}

/**
 * Puts a cache in front of a function: same arguments, same `this`, and one load for all who ask at the same time.
 * A synchronous function stays synchronous behind `memory()`. `undefined` is not cached, `null` is, errors are only where `errorTtl`
 * says so, and what can be read only once is not: generators, streams, responses.
 * The key is made from the arguments, not from `this`. Calls whose arguments make no key run uncached.
 * Callers share the cached value itself, unless `onMutate` says otherwise: do not change it.
 * Given options alone, it is a decorator for methods, of both kinds that TypeScript knows.
 * @throws OptionError, one sentence, for an option that cannot be what it is
 */
export function cached<F extends AnyFunction>(
  fn: F,
  options?: CachedOptions<F> & { readonly backend?: LocalBackend | 'memory' },
): CachedFunction<F>
export function cached<F extends AnyFunction>(
  fn: F,
  options: CachedOptions<F> & { readonly backend: SharedBackend | string },
): SharedCachedFunction<F>
export function cached<M extends AnyFunction>(method: M, context: ClassMethodDecoratorContext): M
export function cached(target: object, key: string | symbol, descriptor: PropertyDescriptor): PropertyDescriptor
export function cached<F extends AnyFunction>(fn: F, options: CachedOptions<F>): CachedFunction<F> | SharedCachedFunction<F>
export function cached(options?: CachedOptions): MethodDecorator
export function cached(first: unknown = {}, second?: unknown, descriptor?: unknown): unknown {
  const site = callSite()
  if (isDecoratorCall(second)) return decoratorOf({}, site)(first, second, descriptor)
  if (isFunction(first)) return wrap(first, optionsIn(second), site)
  if (typeof first !== 'object' || first === null)
    throw new OptionError('the first argument of cached', first, 'a function, or options where it is a decorator')
  return decoratorOf(optionsIn(first), site)
}

/** What can be done with the cache behind a decorated method of an object; undefined for a method without one. */
export function cachedMethod(self: object, method: string | symbol): AnyExtras | undefined {
  const fn = behindMethod(self, method)
  return fn && extrasBehind(fn)
}

const cachedOptions = [...cacheOptions, 'key', 'scope', 'per']

/** Options are checked now, the caches are opened when methods are called. */
function decoratorOf(given: AnyOptions, site: CallSite | undefined): Anything {
  // Whatever is set for all caches: what an instance has of its own is not for others to see.
  const options = given.per === 'class' ? given : { ...given, backend: given.backend ?? memory(), lock: given.lock ?? 'local' }
  const { settings } = prepared(options, 'method')
  if (!settings.backend.synchronous) {
    if (options.per !== 'class')
      throw new OptionError(
        'per',
        options.per,
        "'class' with a shared backend, where other instances would be given what depends on this one",
      )
    if (options.name === undefined)
      throw new OptionError('name', undefined, 'given with a shared backend, where the entries of a method are found by it')
  }
  return cachedMethodDecorator(options, (method, named: AnyOptions) => wrap(method, named, site, options.per !== 'class'))
}

/** @param isOwned whether the cache goes with an object that nothing else must keep */
function wrap(fn: Anything, options: AnyOptions, site: CallSite | undefined, isOwned: boolean = false): Anything {
  const { settings, keyOf, textKeyOf, tags } = prepared(options, fn.name || 'anonymous')
  // Functions without a name may go by one in memory; in a shared storage they would be given each other's values.
  if (options.name === undefined && fn.name === '' && !settings.backend.synchronous)
    throw new OptionError('name', undefined, 'given with a shared backend when the function itself has none')
  const { cache, handle } = openHandle(settings, textKeyOf, site, isOwned)
  return behindCache(fn, {
    cache,
    handle,
    keyOf,
    rulesFor: typeof tags === 'function' ? (args) => rulesOf({ tags: tags(...args) }, cache.rules) : undefined,
    isKeyedByText: options.key === undefined && options.scope === undefined,
    copies: settings.onMutate === 'clone',
    promises: !settings.backend.synchronous,
  })
}

/** What the options come to. @throws OptionError */
function prepared(options: AnyOptions, defaultName: string) {
  const { key, scope, tags, per: _per, ...cacheOptionsOnly } = options
  const settings = settingsOf({ ...cacheOptionsOnly, ...(typeof tags !== 'function' && tags !== undefined && { tags }) }, defaultName)
  // How entries are named by hand: by what `key` returns, or by the only string argument. By hand, a scope cannot be told.
  const textKeyOf = argumentKeys(settings.name, scope === undefined ? {} : { scope: () => undefined })
  return { settings, keyOf: argumentKeys(settings.name, { key, scope }), textKeyOf, tags }
}

function isFunction(value: unknown): value is Anything {
  return typeof value === 'function'
}

function optionsIn(value: unknown = {}): AnyOptions {
  if (isOptions(value)) return value
  throw new OptionError('the options of cached', value, 'an object')
}

function isOptions(value: unknown): value is AnyOptions {
  if (typeof value !== 'object' || value === null) return false
  checkOptions('cached', value, cachedOptions)
  return true
}
