import { types } from 'node:util'
import { trace } from '@opentelemetry/api'
import { UNTIMED } from '../sampling/call-stack.ts'
import type { CallStatistics } from '../sampling/call-statistics.ts'
import { keepShape } from '../sampling/keep-shape.ts'
import { repetitionBudget } from '../sampling/known-functions.ts'
import { isThenable } from '../sampling/outcome.ts'
import { measuredCall, settling } from './measured-call.ts'
import { measuredGenerator } from './measured-generator.ts'

/** A function of which nothing is known. */
export type Anything = (this: unknown, ...args: unknown[]) => unknown

/**
 * Measures every call of a function.
 * @param given its statistics, or what finds them at the first call, by the `this` of it
 * @returns a function of the same shape: name, length, properties, prototype, kind, and whether it can be called with `new`
 */
export function measuredFunction(fn: Anything, given: CallStatistics | ((self: unknown) => CallStatistics)): Anything {
  let known = typeof given === 'function' ? undefined : given
  const find = (self: unknown): CallStatistics => (known ??= typeof given === 'function' ? given(self) : given)

  // A quick call ends in one of the next two, which differ in what JavaScript tells apart: only the second one can be called with `new`.
  // They allocate nothing: no closure, no array of arguments, no box for a number.
  const method = {
    call(this: unknown): unknown {
      const statistics = known ?? find(this)
      let place = UNTIMED
      if (!statistics.skips()) {
        if (needsMore(statistics)) return Reflect.apply(general, this, arguments)
        place = statistics.begin()
      }
      let result: unknown
      try {
        result = Reflect.apply(fn, this, arguments)
      } catch (error) {
        statistics.errors++
        statistics.ended(place)
        throw error
      }
      if (isThenable(result)) return settling(statistics, result, place)
      statistics.ended(place)
      if (place !== UNTIMED) repetitionBudget.consider(statistics)
      return result
    },
  }.call

  function callOrNew(this: unknown): unknown {
    if (new.target !== undefined) return construct(arguments, new.target === callOrNew ? fn : new.target)
    const statistics = known ?? find(this)
    let place = UNTIMED
    if (!statistics.skips()) {
      if (needsMore(statistics)) return Reflect.apply(general, this, arguments)
      place = statistics.begin()
    }
    let result: unknown
    try {
      result = Reflect.apply(fn, this, arguments)
    } catch (error) {
      statistics.errors++
      statistics.ended(place)
      throw error
    }
    if (isThenable(result)) return settling(statistics, result, place)
    statistics.ended(place)
    if (place !== UNTIMED) repetitionBudget.consider(statistics)
    return result
  }

  function general(this: unknown, ...args: unknown[]): unknown {
    return measuredCall(find(this), () => Reflect.apply(fn, this, args), args)
  }

  function construct(args: ArrayLike<unknown>, newTarget: Function): object {
    let made: object = fn
    measuredCall(find(undefined), () => void (made = Reflect.construct(fn, args, newTarget)))
    return made
  }

  const generator = {
    call(this: unknown): unknown {
      return measuredGenerator(find(this), () => Reflect.apply(fn, this, arguments))
    },
  }.call

  if (types.isGeneratorFunction(fn)) return keepShape(generator, fn)
  if (!isConstructor(fn)) return types.isProxy(fn) ? standIn(fn, method) : keepShape(method, fn)
  // What the static members of a class and a proxy do depends on who they are: they cannot be copied.
  return isOrdinary(fn) ? keepShape(callOrNew, fn) : standIn(fn, method, construct)
}

/** Whether a call needs more than a clock, which then costs less than the call. */
function needsMore({ tracking, follower }: CallStatistics): boolean {
  return tracking !== undefined || follower !== undefined || trace.getActiveSpan() !== undefined
}

/** Whether a function can be called with `new`: found out without calling it. */
function isConstructor(fn: Anything): boolean {
  try {
    Reflect.construct(new Proxy(fn, { construct: () => ({}) }), [])
    return true
  } catch {
    return false
  }
}

/** Whether all that there is to a constructor is its prototype: it is no class, no proxy, and not bound to an object. */
function isOrdinary(fn: Anything): boolean {
  return !types.isProxy(fn) && Object.hasOwn(fn, 'prototype') && !Function.prototype.toString.call(fn).startsWith('class')
}

/** The function itself in all respects but for calls. */
function standIn(fn: Anything, call: Anything, construct?: (args: ArrayLike<unknown>, newTarget: Function) => object): Anything {
  const proxy: Anything = new Proxy(fn, {
    apply: (_, self, args) => Reflect.apply(call, self, args),
    ...(construct && { construct: (_, args, newTarget) => construct(args, newTarget === proxy ? fn : newTarget) }),
  })
  return proxy
}
