import { cache as contract } from '../../contract/index.ts'

/** Keys that are remembered at once: more loads than that seldom run beside each other. A later key takes an earlier one's place. */
const SLOTS = 256

/** Milliseconds after which a key that is stored was not loaded because of its miss: the longest load that the histogram tells apart. */
const LONGEST_LOAD_MS = Math.max(...contract.loadDuration.buckets) * 1_000

/** A miss that was followed by its key being stored. */
export interface FilledMiss {
  /** Milliseconds from the miss to the storing. */
  readonly durationMs: number
  /** Hash of the value that had expired under the key; undefined when there was none. */
  readonly previous: number | undefined
}

/**
 * Finds out how long loads take where only the lookup and the storing are seen: from the last miss of a key until it is
 * stored. Counting from the last one never overstates, whether several callers miss a key at once or nothing was found the time before.
 */
export class MissedKeys {
  readonly #hashes = new Uint32Array(SLOTS)
  readonly #times = new Float64Array(SLOTS).fill(-Infinity)
  readonly #previous = new Float64Array(SLOTS)

  /** Notes a miss of the key with this hash (uint32) at a time (ms), and the hash of the value that had expired, if one had. */
  miss(hash: number, now: number, previous?: number): void {
    const slot = hash % SLOTS
    this.#hashes[slot] = hash
    this.#times[slot] = now
    this.#previous[slot] = previous ?? NaN
  }

  /** Forgets the miss of a key that is stored now, and returns it; undefined when there was none, or too long ago. */
  fill(hash: number, now: number): FilledMiss | undefined {
    const slot = hash % SLOTS
    if (this.#hashes[slot] !== hash) return undefined
    const durationMs = now - (this.#times[slot] ?? -Infinity)
    const previous = this.#previous[slot] ?? NaN
    this.#times[slot] = -Infinity
    if (durationMs > LONGEST_LOAD_MS) return undefined
    return { durationMs, previous: Number.isNaN(previous) ? undefined : previous }
  }
}
