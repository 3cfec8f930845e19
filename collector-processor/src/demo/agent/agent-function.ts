import type { CacheStats } from '@pitwall/sdk'
import type { Change } from '../protocol.ts'

/** A function that takes one argument and, where a cache stands in front of it, tells how that does. */
export interface Callable {
  (argument: string): unknown
  readonly stats?: () => CacheStats
}

/** A function of a demo agent: called with the key of a request, and changed while the agent runs. */
export interface AgentFunction {
  call(key: string): unknown
  /** Makes the change that a recommendation names. */
  apply(change: Change): void
  /** What the cache in front of it did; undefined without one. */
  cacheStats(): CacheStats | undefined
}

/**
 * A function that can be exchanged in the running process, as a deployment would exchange it. The caller wraps it, in its own
 * file, so that the place in the source is the one that an engineer would edit.
 */
export function agentFunction(original: Callable, changed: (change: Change) => Callable): AgentFunction {
  let current = original
  return {
    call: (key) => current(key),
    apply: (change) => void (current = changed(change)),
    cacheStats: () => current.stats?.(),
  }
}

/** A number among the settings of a change, or what applies when the change does not touch it. */
export function setting<T>(change: Change, name: string, otherwise: T): number | T {
  const value = change[name]
  return typeof value === 'number' ? value : otherwise
}

/** The limits of a new cache, as a change proposes them; without limits where it proposes none. */
export function cacheLimits(change: Change): { readonly maxEntries: number; readonly ttl: number } {
  return { maxEntries: setting(change, 'maxEntries', 100_000), ttl: setting(change, 'ttlSeconds', Infinity) * 1_000 }
}
