import { type EntryOptions, type EntryRules, rulesOf } from '../options/entry-options.ts'
import type { LoadContext } from './load-context.ts'

/** A value that may be given out although its time to live is over. */
export interface Stale {
  readonly value: unknown
  /** Milliseconds of the cache's clock until which it may be. */
  readonly expiresAt: number
}

/** One run of a loader, with what the loader says of its value meanwhile. */
export class Loading implements LoadContext {
  readonly #stale: Stale | undefined
  #abort: AbortController | undefined
  #rules: EntryRules
  #skipped = false
  #notModified = false

  constructor(rules: EntryRules, stale: Stale | undefined) {
    this.#rules = rules
    this.#stale = stale
  }

  get staleValue(): unknown {
    return this.#stale?.value
  }

  // Made when it is asked for: few loaders do, and one takes longer than a hit.
  get signal(): AbortSignal {
    return (this.#abort ??= new AbortController()).signal
  }

  /** The rules for its value. */
  get rules(): EntryRules {
    return this.#rules
  }

  /** Whether its value is to be kept. */
  get isKept(): boolean {
    return !this.#skipped
  }

  /** Whether its value is the stale one, which is current. */
  get isNotModified(): boolean {
    return this.#notModified
  }

  setOptions(options: EntryOptions): void {
    const rules = rulesOf(options, this.#rules)
    // Tags are added: whoever invalidates by those of the call must still reach the value.
    this.#rules = options.tags === undefined ? rules : { ...rules, tags: [...new Set([...this.#rules.tags, ...rules.tags])] }
  }

  skip(): void {
    this.#skipped = true
  }

  notModified(): unknown {
    if (this.#stale === undefined) throw new Error('notModified() was called without a stale value; look at `staleValue` first.')
    this.#notModified = true
    return this.#stale.value
  }

  /** Tells the loader that nobody waits any more. */
  abort(reason: Error): void {
    this.#abort?.abort(reason)
  }
}
