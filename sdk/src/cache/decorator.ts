import { OptionError } from '../errors.ts'
import { markCached } from '../sampling/cached-mark.ts'
import { keepShape } from '../sampling/keep-shape.ts'
import type { Anything } from './behind-cache.ts'

/** A decorator for methods: public, private and static ones, in both kinds, of TC39 and of `experimentalDecorators`. */
export interface MethodDecorator {
  <M extends (this: never, ...args: never[]) => unknown>(method: M, context: ClassMethodDecoratorContext): M
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): PropertyDescriptor
}

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
export function methodDecorator<O extends MethodOptions>(options: O, wrap: (fn: Anything, options: O) => Anything): Anything {
  const { per = 'instance' } = options
  if (per !== 'instance' && per !== 'class') throw new OptionError('per', per, "'instance' or 'class'")
  const decorate = (method: Anything, key: string | symbol): Anything => {
    const fronted = new WeakMap<object, Anything>()
    // Made at the first call, because not before is it known whose method it is.
    const behind = (self: object): Anything => {
      const owner = per === 'class' ? NOBODY : self
      const known = fronted.get(owner)
      if (known !== undefined) return known
      const fn = wrap(method, { ...options, name: options.name ?? `${classNameOf(self, key, replacement)}${String(key)}` })
      fronted.set(owner, fn)
      return fn
    }
    const replacement: Anything = function (...args) {
      return behind(isObject(this) ? this : NOBODY).apply(this, args)
    }
    decorated.set(replacement, behind)
    // Frameworks attach metadata to methods, and find them along the prototypes: also what is attached to the method itself.
    return Object.setPrototypeOf(keepShape(markCached(replacement), method), method)
  }
  return (target, context, descriptor) => {
    if (isMethod(target) && isMethodContext(context)) return decorate(target, context.name)
    if (isKey(context) && isMethodDescriptor(descriptor)) return { ...descriptor, value: decorate(descriptor.value, context) }
    throw new OptionError('the target of a cached decorator', kindOf(context), 'a method')
  }
}

/** Whether a function was called as a decorator, by its second argument: a context, or the name of a member. */
export function isDecoratorCall(context: unknown): boolean {
  return isKey(context) || (isObject(context) && 'kind' in context)
}

/** The function that is behind a decorated method of an object; undefined for a method that is not decorated. */
export function behindMethod(self: object, method: string | symbol): Anything | undefined {
  const replacement: unknown = Reflect.get(self, method)
  return isObject(replacement) ? decorated.get(replacement)?.(self) : undefined
}

/** Of the class that has the method, which others may inherit; of the object's own where that cannot be seen: the method is private. */
function classNameOf(self: object, key: string | symbol, method: Anything): string {
  if (self === NOBODY) return ''
  let place: object | null = self
  while (place !== null && Reflect.getOwnPropertyDescriptor(place, key)?.value !== method) place = Reflect.getPrototypeOf(place)
  const owner = place ?? self
  const name = typeof owner === 'function' ? owner.name : owner.constructor?.name
  return name === undefined || name === '' || name === 'Object' ? '' : `${name}.`
}

/** What the decorator stands at: in TypeScript's older kind, only the name of it is known. */
function kindOf(context: unknown): unknown {
  return isObject(context) && 'kind' in context ? context.kind : context
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function isKey(value: unknown): value is string | symbol {
  return typeof value === 'string' || typeof value === 'symbol'
}

function isMethod(value: unknown): value is Anything {
  return typeof value === 'function'
}

function isMethodContext(context: unknown): context is ClassMethodDecoratorContext {
  return isObject(context) && 'kind' in context && context.kind === 'method'
}

function isMethodDescriptor(descriptor: unknown): descriptor is PropertyDescriptor & { readonly value: Anything } {
  return isObject(descriptor) && 'value' in descriptor && typeof descriptor.value === 'function'
}
