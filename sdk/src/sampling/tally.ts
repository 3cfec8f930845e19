/**
 * What caches of every size and time to live would have served so far, with fractions, in one typed array; and the part
 * of it that the present burst of records brought, so that requests of a pause can be taken to be like those before it.
 */
export class Tally {
  /** Requests by bucket of stack position, without those beyond the last bound. */
  readonly served: Float64Array
  /** Requests by time to live: those that a cache with it would have served. */
  readonly fresh: Float64Array
  /** Sum of the stack positions of the served requests, and of the times (ms) since the last use of the repeated ones. */
  readonly sums: Float64Array
  readonly #all: Float64Array
  readonly #burst: Float64Array

  constructor(sizes: number, ttls: number) {
    this.#all = new Float64Array(sizes + ttls + 2)
    this.served = this.#all.subarray(0, sizes)
    this.fresh = this.#all.subarray(sizes, sizes + ttls)
    this.sums = this.#all.subarray(sizes + ttls)
    this.#burst = new Float64Array(this.#all.length)
  }

  /** A burst begins. */
  beginBurst(): void {
    this.#burst.set(this.#all)
  }

  /** The burst is over, and a pause begins: keeps what the burst brought. */
  endBurst(): void {
    for (const [index, value] of this.#all.entries()) this.#burst[index] = value - (this.#burst[index] ?? 0)
  }

  /** Counts what the burst brought again, `times` times. */
  repeatBurst(times: number): void {
    for (const [index, value] of this.#burst.entries()) this.#all[index] = (this.#all[index] ?? 0) + value * times
  }

  /**
   * Served requests as a histogram over `total` requests: whole numbers of which every cumulative sum only ever grows.
   * The last bucket holds what no size served.
   */
  bySize(total: number): Float64Array {
    let sum = 0
    return wholeBuckets(
      this.served.map((count) => (sum += count)),
      total,
    )
  }

  /** The same by time to live. Where sampling lets a longer time serve less than a shorter one, it counts as equal. */
  byTtl(total: number): Float64Array {
    return wholeBuckets(this.fresh, total)
  }
}

/** Cumulative counts with fractions → whole counts per bucket, with the last one filled up to the total. */
function wholeBuckets(cumulative: Float64Array, total: number): Float64Array {
  const buckets = new Float64Array(cumulative.length + 1)
  let reached = 0
  for (const [index, value] of cumulative.entries()) {
    const next = Math.max(reached, Math.min(Math.floor(value), total))
    buckets[index] = next - reached
    reached = next
  }
  buckets[cumulative.length] = total - reached
  return buckets
}
