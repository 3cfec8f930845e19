import type { EntryOptions } from '../options/entry-options.ts'

/** What a loader may know and say while it runs. Given to `load` of `getOrSet`; `loadContext()` inside a cached function. */
export interface LoadContext<V = unknown> {
  /** The value whose time to live is over and whose grace is not, or that is being refreshed; undefined when there is none. */
  readonly staleValue: V | undefined
  /** Aborts when nobody waits any more: when the hard timeout is over. */
  readonly signal: AbortSignal
  /** Options for this value alone, on top of those of the call and the cache; for example a time to live that the source gives. Tags are added. */
  setOptions(options: EntryOptions): void
  /** Lets the value go to who waits for it, and not into the cache. */
  skip(): void
  /** The source says that the stale value is current: it is kept as if just loaded, and is the result. @throws Error without one */
  notModified(): V
}
