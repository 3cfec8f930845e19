import type { EntryRules } from '../options/entry-options.ts'

/** Milliseconds that an entry lives, from now; Infinity is for ever. */
export interface Lifetime {
  readonly freshMs: number
  /** Fresh or stale: never less. */
  readonly servedMs: number
}

/** How long a value that was just loaded lives. @param random a number from 0 to 1 */
export function lifetimeOf(value: unknown, rules: EntryRules, random: () => number): Lifetime {
  const ttlMs = value === null ? (rules.negativeTtlMs ?? rules.ttlMs) : rules.ttlMs
  const freshMs = rules.jitter === 0 ? ttlMs : ttlMs * (1 - rules.jitter * random())
  return { freshMs, servedMs: freshMs + rules.graceMs }
}
