import { OptionError } from '../errors.ts'
import { isObject, methodDecorator, methodName } from '../method-decorator.ts'
import { markCached } from '../sampling/cached-mark.ts'
import { keepShape } from '../sampling/keep-shape.ts'
import type { Anything } from './behind-cache.ts'

/** What a decorated method is told. */
interface MethodOptions {
  readonly name?: string
  readonly per?: 'instance' | 'class'
}

/** What stands in for `this` where a method is called without an object. */
const NOBODY = {}

/** Decorated methods, and how to find what is behind them. */
const decorated = new WeakMap<object, (self: object) => Anything>()

/**
 * Makes a decorator. Each instance has entries of its own, so that what a result owes to `this` never reaches another one,
 * and they go with it; with `per: 'class'` all instances share them.
 * @param wrap puts a function behind a cache
 */
export function cachedMethodDecorator<O extends MethodOptions>(options: O, wrap: (fn: Anything, options: O) => Anything): Anything {
  const { per = 'instance' } = options
  if (per !== 'instance' && per !== 'class') throw new OptionError('per', per, "'instance' or 'class'")
  return methodDecorator('cached', (method, key) => {
    const fronted = new WeakMap<object, Anything>()
    // Made at the first call, because not before is it known whose method it is.
    const behind = (self: object): Anything => {
      const owner = per === 'class' ? NOBODY : self
      const known = fronted.get(owner)
      if (known !== undefined) return known
      const fn = wrap(method, { ...options, name: options.name ?? methodName(self, key, replacement) })
      fronted.set(owner, fn)
      return fn
    }
    const replacement: Anything = {
      replacement(this: unknown, ...args: unknown[]): unknown {
        return behind(isObject(this) ? this : NOBODY).apply(this, args)
      },
    }.replacement
    decorated.set(replacement, behind)
    // Frameworks attach metadata to methods, and find them along the prototypes: also what is attached to the method itself.
    return Object.setPrototypeOf(keepShape(markCached(replacement), method), method)
  })
}

/** The function that is behind a decorated method of an object; undefined for a method that is not decorated. */
export function behindMethod(self: object, method: string | symbol): Anything | undefined {
  let replacement: unknown = Reflect.get(self, method)
  // A decorator above has its own replacement, which inherits from ours.
  while (isObject(replacement) && !decorated.has(replacement)) replacement = Reflect.getPrototypeOf(replacement)
  return isObject(replacement) ? decorated.get(replacement)?.(self) : undefined
}
