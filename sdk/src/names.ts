/** The name that stands for everything beyond the bound. */
export const OTHER = 'other'

/** Distinct names of caches that one process exports, unless a registry is told another bound; the rest is counted under `other`. */
export const MAX_NAMES = 100

/** Characters of a name that are exported; the rest is cut off. */
export const MAX_NAME_LENGTH = 128

/**
 * Bounds the distinct names of one process: OpenTelemetry's own limit does not hold for cumulative instruments
 * (measured, docs/decisions.md), so nothing is exported under a name that did not pass through here.
 */
export class NameRegistry {
  readonly #names = new Set<string>()
  readonly #limit: number

  constructor(limit: number = MAX_NAMES) {
    this.#limit = limit
  }

  /** The name itself while there is room for it, else `other`. Names are cut at MAX_NAME_LENGTH characters. */
  admit(name: string): string {
    const short = name.slice(0, MAX_NAME_LENGTH)
    if (this.#names.has(short)) return short
    if (this.#names.size >= this.#limit) return OTHER
    this.#names.add(short)
    return short
  }
}
