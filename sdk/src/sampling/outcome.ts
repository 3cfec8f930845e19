/** Something that can be awaited but is not a plain promise: a subclass, a query builder. */
export interface Thenable {
  then: (resolved?: ((value: unknown) => unknown) | null, rejected?: ((error: unknown) => unknown) | null) => unknown
}

/** Whether the value is a promise of the language, whose outcome can be passed on by another one. */
export function isPlainPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise && value.constructor === Promise
}

export function isThenable(value: unknown): value is Thenable {
  return typeof value === 'object' && value !== null && (value instanceof Promise || hasThen(value))
}

/** Asked of an object that is not ours: one that cannot be asked is no thenable. */
function hasThen(value: object): boolean {
  try {
    return 'then' in value && typeof value.then === 'function'
  } catch {
    return false
  }
}

/**
 * A promise with the same outcome and the same properties of its own, one turn of the microtask queue later, which `resolved` or
 * `rejected` hears of first. Not the promise itself: whoever listens to it handles its rejection, and an unhandled one must stay one.
 */
export function passedOn(promise: Promise<unknown>, resolved: (value: unknown) => void, rejected: () => void): Promise<unknown> {
  const next = promise.then(
    (value) => {
      resolved(value)
      return value
    },
    (error: unknown) => {
      rejected()
      throw error
    },
  )
  return withProperties(next, promise)
}

/** Gives a promise what another one has besides being one: a method to cancel it, as some libraries return it. */
export function withProperties(next: Promise<unknown>, promise: Promise<unknown>): Promise<unknown> {
  // Hardly any has, and then asking costs nothing.
  for (const key in promise)
    if (Object.hasOwn(promise, key)) return Object.defineProperties(next, Object.getOwnPropertyDescriptors(promise))
  return next
}

const watched = new WeakSet<Thenable>()

/**
 * Calls `resolved` or `rejected` once, when whoever has the object awaits it and the outcome is known. The object stays the
 * very one that it was, with its own methods, and is not awaited by this: a query that runs when awaited would run twice.
 * An object that is watched already counts as ended at once.
 */
export function watchOutcome(thenable: Thenable, resolved: (value: unknown) => void, rejected: () => void): Thenable {
  // A function that gives out one and the same object again and again would have it watched deeper and deeper.
  if (watched.has(thenable)) {
    resolved(undefined)
    return thenable
  }
  const original = thenable.then
  let known = false
  const first = (listener: () => void) => {
    if (!known) listener()
    known = true
  }
  const watchedThen: Thenable['then'] = (onResolved, onRejected) =>
    original.call(
      thenable,
      (value) => {
        first(() => resolved(value))
        return onResolved ? onResolved(value) : value
      },
      (error) => {
        first(rejected)
        if (onRejected) return onRejected(error)
        throw error
      },
    )
  // What cannot be watched, because it is frozen, counts as ended.
  if (!replaceMethod(thenable, 'then', watchedThen)) first(() => resolved(undefined))
  else watched.add(thenable)
  return thenable
}

function replaceMethod<T extends object, K extends keyof T>(object: T, name: K, value: T[K]): boolean {
  return Reflect.defineProperty(object, name, { value, writable: true, configurable: true })
}
