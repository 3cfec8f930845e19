import { types } from 'node:util'
import { type CallSite, callSite } from './call-site.ts'
import { type Anything, measuredFunction } from './calls/measured-function.ts'
import { type Clock, systemClock } from './clock.ts'
import { OptionError } from './errors.ts'
import { isDecoratorCall, methodDecorator, type MethodDecorator, methodName } from './method-decorator.ts'
import { announceBody } from './profiles/profiled-bodies.ts'
import { isCached } from './sampling/cached-mark.ts'
import type { CallStatistics } from './sampling/call-statistics.ts'
import { boundedName, statisticsOf } from './sampling/known-functions.ts'
import { announceSubject } from './telemetry/subject-info.ts'

export interface ProfiledOptions {
  /** Name in metrics and spans; default: the function's own, of a method `Class.method`, or else the place where it was wrapped. */
  readonly name?: string
  /** Default: the system's clock. Functions of one name are measured by the clock of the first. */
  readonly clock?: Clock
}

/** Any function. */
export type AnyFunction = (this: never, ...args: never[]) => unknown

/** Any class. */
export type AnyClass = abstract new (...args: never[]) => unknown

/**
 * Measures every call of a function, of a class those with `new`: duration, errors, promises not settled yet, the longest time that it
 * held the event loop, and, for the costliest functions, how often its arguments repeat. The result has the same signature, `this`,
 * name, length, prototype and properties; errors are rethrown untouched; a promise's outcome is passed on by another promise, one turn
 * of the microtask queue later. Under a recording span a call becomes a child span. Of a generator its body is measured, the time of all
 * its steps. Calls are counted exactly; of a function that takes less than 2 µs, one of about sixteen is timed, stands for the others,
 * and has a span. Costs about 0.1 µs a call (docs/decisions.md).
 * Given options alone, it is a decorator for methods, of both kinds that TypeScript knows.
 * @throws OptionError, one sentence, when it is given no function, or a name that is none
 */
export function profiled<F extends AnyFunction | AnyClass>(fn: F, options?: ProfiledOptions): F
export function profiled<M extends AnyFunction>(method: M, context: ClassMethodDecoratorContext): M
export function profiled(target: object, key: string | symbol, descriptor: PropertyDescriptor): PropertyDescriptor
export function profiled(options?: ProfiledOptions): MethodDecorator
export function profiled(...given: unknown[]): unknown {
  const site = callSite()
  const [first, second, descriptor] = given
  if (isDecoratorCall(second)) return decoratorOf({}, site)(first, second, descriptor)
  if (isFunction(first)) return wrap(first, optionsIn(second), site)
  if (given.length > 0 && !isOptions(first))
    throw new OptionError('the first argument of profiled', first, 'a function, or options where it is a decorator')
  return decoratorOf(optionsIn(first), site)
}

function wrap(fn: Anything, { name, clock }: ProfiledOptions, site: CallSite | undefined): Anything {
  const ownName = name ?? (nameOf(fn) || (site ? `${site.file}:${site.line}` : 'anonymous'))
  return measuredFunction(fn, announced(fn, ownName, clock, site))
}

function decoratorOf({ name, clock }: ProfiledOptions, site: CallSite | undefined): Anything {
  return methodDecorator('profiled', (method, key) => {
    // Not before the first call is it known whose method it is.
    const find = (self: unknown) => announced(method, name ?? methodName(self, key, replacement), clock, site)
    const replacement = measuredFunction(method, name === undefined ? find : find(undefined))
    // Frameworks attach metadata to methods, and find them along the prototypes: also what is attached to the method itself.
    return types.isProxy(replacement) ? replacement : Object.setPrototypeOf(replacement, method)
  })
}

function announced(fn: Anything, name: string, clock: Clock = systemClock, site: CallSite | undefined): CallStatistics {
  const bounded = boundedName(name)
  announceSubject(bounded, 'function', site)
  announceBody(bounded, fn)
  return statisticsOf(bounded, isCached(fn), clock)
}

/** The name that a function has. A proxy may answer what it likes, or throw. */
function nameOf(fn: Anything): string {
  try {
    const name: unknown = fn.name
    return typeof name === 'string' ? name : ''
  } catch {
    return ''
  }
}

function optionsIn(options: unknown = {}): ProfiledOptions {
  if (!isOptions(options)) throw new OptionError('the options of profiled', options, 'an object')
  const { name } = options
  if (name !== undefined && (typeof name !== 'string' || name === ''))
    throw new OptionError('name', name, 'a string of at least one character')
  return options
}

function isOptions(value: unknown): value is ProfiledOptions {
  return typeof value === 'object' && value !== null
}

function isFunction(value: unknown): value is Anything {
  return typeof value === 'function'
}
