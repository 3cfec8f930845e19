import { hashResult, hashString } from './hash.ts'

/** Keys, as they would be normalized, that are remembered: where two meet in one place, the later one replaces the other. */
const PLACES = 2_048

/** What the value was of a key that differs in its spelling alone. */
export type Spelling = 'new' | 'same' | 'different'

/** One load that ended. Times in milliseconds of one clock. */
export interface SpelledLoad {
  readonly key: string
  readonly value: unknown
  readonly at: number
  /** How long the value stays fresh. */
  readonly ttlMs: number
}

/**
 * Finds loads that were spared if keys that differ in case and white space alone were one: remembers when a cache with such keys
 * would have loaded, and what. What it forgets it takes for new, so that it never finds too many. Hashes only, 40 KiB.
 */
export class Spellings {
  readonly #normalized = new Uint32Array(PLACES)
  readonly #spelled = new Uint32Array(PLACES)
  readonly #results = new Uint32Array(PLACES)
  /** When a cache with normalized keys would have loaded it. */
  readonly #loadedAt = new Float64Array(PLACES).fill(-Infinity)

  /** Whether another spelling of the key was loaded within its time to live, and brought the same. */
  loaded({ key, value, at, ttlMs }: SpelledLoad): Spelling {
    const [normalized, spelled, result] = [hashString(normalizedKey(key)), hashString(key), hashResult(value)]
    const place = normalized % PLACES
    const isLive = this.#normalized[place] === normalized && at - (this.#loadedAt[place] ?? -Infinity) < ttlMs
    const isOther = this.#spelled[place] !== spelled
    const isSame = this.#results[place] === result
    this.#normalized[place] = normalized
    this.#spelled[place] = spelled
    // The same spelling within its time to live was evicted or refreshed: that is no matter of spelling.
    if (isLive && isOther) return isSame ? 'same' : 'different'
    this.#results[place] = result
    this.#loadedAt[place] = at
    return 'new'
  }
}

/** A key without what people write in one way and another: case, white space in a row, at the ends, and beside quotes. */
export function normalizedKey(key: string): string {
  return key.toLowerCase().replace(/\s+/g, ' ').replace(/ ?" ?/g, '"').trim()
}
