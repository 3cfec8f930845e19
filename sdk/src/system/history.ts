/** What was measured at a moment of a monotonic clock, in milliseconds. */
export interface Timed {
  readonly at: number
}

/** The last measurements, bounded by number and by age. */
export class History<T extends Timed> {
  #items: T[] = []
  readonly #most: number
  readonly #maxAgeMs: number

  constructor(most: number, maxAgeMs: number) {
    this.#most = most
    this.#maxAgeMs = maxAgeMs
  }

  add(item: T): void {
    this.#items.push(item)
    // Cutting half of it off now and then is cheaper than moving everything each time.
    if (this.#items.length >= 2 * this.#most) this.#items = this.#items.slice(-this.#most)
  }

  /** What is neither too old at this moment nor too much, oldest first. */
  recent(now: number): readonly T[] {
    this.#items = this.#items.slice(-this.#most).filter(({ at }) => now - at <= this.#maxAgeMs)
    return this.#items
  }
}
