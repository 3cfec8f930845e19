import { type CallSite, publisherCallSite } from '../../call-site.ts'
import type { Clock } from '../../clock.ts'

/** Looks at the stack a second: at 10 to 20 µs each (measured, docs/decisions.md) they take half a percent of a core at most. */
export const LOOKS_PER_SECOND = 250

/** Finds where a library was called; undefined when it cannot be told. */
export type FindCaller = () => CallSite | undefined

/** Looks where the library was called that publishes now, so many times a second and no more. */
export class CallerLookup {
  readonly #clock: Clock
  readonly #find: FindCaller
  #second = -Infinity
  #looks = 0

  constructor(clock: Clock, find: FindCaller = publisherCallSite) {
    this.#clock = clock
    this.#find = find
  }

  /** What a look finds, which may be no place; undefined when there were too many looks in this second. */
  look(): { readonly site: CallSite | undefined } | undefined {
    const second = Math.floor(this.#clock.now() / 1_000)
    if (second !== this.#second) this.#looks = 0
    this.#second = second
    return this.#looks++ < LOOKS_PER_SECOND ? { site: this.#find() } : undefined
  }
}
