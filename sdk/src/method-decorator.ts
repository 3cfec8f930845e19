import { OptionError } from './errors.ts'

/** A function of which nothing is known. */
type Anything = (this: unknown, ...args: unknown[]) => unknown

/** A decorator for methods: public, private and static ones, in both kinds, of TC39 and of `experimentalDecorators`. */
export interface MethodDecorator {
  <M extends (this: never, ...args: never[]) => unknown>(method: M, context: ClassMethodDecoratorContext): M
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): PropertyDescriptor
}

/**
 * Makes a decorator of both kinds.
 * @param what its name, for the error of one that stands at something else
 * @param decorate makes what stands in for a method of this name
 */
export function methodDecorator(what: string, decorate: (method: Anything, key: string | symbol) => Anything): Anything {
  return (target, context, descriptor) => {
    if (isMethod(target) && isMethodContext(context)) return decorate(target, context.name)
    if (isKey(context) && isMethodDescriptor(descriptor)) return { ...descriptor, value: decorate(descriptor.value, context) }
    throw new OptionError(`the target of a ${what} decorator`, kindOf(context), 'a method')
  }
}

/** Whether a function was called as a decorator, by its second argument: a context, or the name of a member. */
export function isDecoratorCall(context: unknown): boolean {
  return isKey(context) || (isObject(context) && 'kind' in context)
}

/**
 * `Class.method`, by the class that has the method, which others may inherit; by the object's own where that cannot be seen, because
 * the method is private. The name of the method alone for objects without a class.
 * @param self what the method was called on
 */
export function methodName(self: unknown, key: string | symbol, method: Anything): string {
  try {
    const className = isObject(self) ? classNameOf(self, key, method) : undefined
    return className === undefined || className === '' || className === 'Object' ? String(key) : `${className}.${String(key)}`
  } catch {
    // A proxy that does not let itself be asked.
    return String(key)
  }
}

function classNameOf(self: object, key: string | symbol, method: Anything): string | undefined {
  let place: object | null = self
  while (place !== null && Reflect.getOwnPropertyDescriptor(place, key)?.value !== method) place = Reflect.getPrototypeOf(place)
  const owner = place ?? self
  return typeof owner === 'function' ? owner.name : owner.constructor?.name
}

/** Whether a value can have properties of its own. */
export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** What the decorator stands at: in TypeScript's older kind, only the name of it is known. */
function kindOf(context: unknown): unknown {
  return isObject(context) && 'kind' in context ? context.kind : context
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
