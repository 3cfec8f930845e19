/** Shared through the global registry, so that two copies of the SDK in one process agree. */
const CACHED = Symbol.for('pitwall.cached')

/** Marks a function that `cached` made; returns it. */
export function markCached<F extends (...args: never[]) => unknown>(fn: F): F {
  Object.defineProperty(fn, CACHED, { value: true })
  return fn
}

/** Whether calls of the function go through a cache of ours. A proxy may throw when it is asked, and is none. */
export function isCached(fn: (...args: never[]) => unknown): boolean {
  try {
    return Reflect.get(fn, CACHED) === true
  } catch {
    return false
  }
}
