import { diag } from '@opentelemetry/api'
import { systemClock } from '../clock.ts'
import { markCached } from '../sampling/cached-mark.ts'
import { keepShape } from '../sampling/keep-shape.ts'
import { isThenable } from '../sampling/outcome.ts'
import type { ArgumentKeys } from './argument-keys.ts'
import type { Cache } from './cache.ts'
import { type CachedExtras, extrasOf } from './cached-extras.ts'
import { copied } from './copied.ts'
import type { EntryRules } from './options/entry-options.ts'
import type { CacheHandle } from './handle.ts'
import { keyOfText } from './key.ts'
import { KeyTiming } from './key-timing.ts'

/** A function of which nothing is known. */
export type Anything = (this: unknown, ...args: unknown[]) => unknown

/** What can be done with the cache behind a function of which nothing is known. */
export type AnyExtras = CachedExtras<Anything, unknown, unknown, unknown>

/** The cache in front of a function, and what of it depends on the arguments. */
export interface BehindCacheParts {
  readonly cache: Cache
  readonly handle: CacheHandle
  readonly keyOf: ArgumentKeys
  /** The rules of a call; undefined where they are those of the cache. */
  readonly rulesFor?: ((args: unknown[]) => EntryRules) | undefined
  /** Whether a call may be given what another one was; undefined where all may. Those that may not run uncached. */
  readonly isCacheable?: ((args: readonly unknown[]) => boolean) | undefined
  /** Whether the key of a single string is that of its text, so that most calls can take a short way. */
  readonly isKeyedByText: boolean
  /** Whether each caller is given a copy. */
  readonly copies: boolean
  /** Whether callers are always given a promise; else where the function gives one. */
  readonly promises: boolean
}

/** Puts an open cache in front of a function. Calls whose arguments make no key run uncached. */
export function behindCache(fn: Anything, parts: BehindCacheParts): Anything {
  const { cache, handle, keyOf, rulesFor = () => cache.rules, isCacheable, copies, promises } = parts
  const warnOnce = once(() =>
    diag.warn(`some calls of '${handle.name}' run uncached, because their arguments make no key; give it a \`key\` function.`),
  )
  const timing = new KeyTiming(systemClock, (durationMs) => cache.keyed(durationMs))
  let asynchronous = promises || fn.constructor.name === 'AsyncFunction'

  // Most calls have one string and are hits: they end here, without an array of arguments or a closure over them, so that
  // nothing is allocated. All others take the general way.
  const { wrapper } = {
    wrapper(this: unknown, text?: unknown): unknown {
      if (arguments.length !== 1 || typeof text !== 'string' || !isPlain) return Reflect.apply(call, this, arguments)
      const callKey = keyOfText(text)
      const answer = cache.lookup(callKey)
      return answer === undefined ? miss(callKey, this, text) : answer
    },
  }
  const isPlain = parts.isKeyedByText && parts.rulesFor === undefined && isCacheable === undefined && !copies

  function miss(callKey: string, self: unknown, text: string): unknown {
    return cache.readThrough(callKey, () => run(self, [text]))
  }

  function call(this: unknown, ...args: unknown[]): unknown {
    const load = (): unknown => run(this, args)
    let callKey: string | undefined
    let rules: EntryRules
    try {
      if (isCacheable?.(args) === false) return cache.readAround(load)
      callKey = timing.make(() => keyOf(args))
      rules = rulesFor(args)
    } catch (error) {
      // Who is promised a promise handles errors there.
      if (promises) return Promise.reject(error)
      throw error
    }
    if (callKey === undefined) {
      warnOnce()
      return cache.readAround(load)
    }
    const answer = cache.read(callKey, load, rules)
    return copies ? copied(answer) : answer
  }

  function run(self: unknown, args: unknown[]): unknown {
    const result = Reflect.apply(fn, self, args)
    if (isThenable(result)) asynchronous = true
    return result
  }

  markCached(wrapper)
  const keyOfCacheable: ArgumentKeys = (args) => (isCacheable?.(args) === false ? undefined : keyOf(args))
  const extras = extrasOf({ cache, handle, keyOf: keyOfCacheable, rulesFor, call: wrapper, run, isAsynchronous: () => asynchronous })
  fronted.set(wrapper, extras)
  return keepShape(Object.assign(wrapper, extras), fn)
}

/** What can be done with the cache in front of this function; undefined where there is none. */
export function extrasBehind(fn: Anything): AnyExtras | undefined {
  return fronted.get(fn)
}

const fronted = new WeakMap<Anything, AnyExtras>()

function once(action: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    action()
  }
}
