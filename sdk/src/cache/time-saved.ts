/** Seconds that a hit in this process takes, everything included (measured with `npm run bench -- hit`): next to nothing. */
export const LOCAL_LOOKUP_SECONDS = 2e-7

/** Seconds that hits saved: each saves what a load takes on average, less what its lookup took. It only grows. */
export class TimeSaved {
  seconds = 0
  #countedLocal = 0
  #countedShared = 0
  #lookupSeconds = 0
  #lookups = 0

  /** Takes note of one lookup in the shared tier. */
  sharedLookup(seconds: number): void {
    this.#lookupSeconds += seconds
    this.#lookups += 1
  }

  /** Adds the hits since the last update. Until a load has shown what it takes, they are kept for later. */
  update(localHits: number, sharedHits: number, loads: { readonly sum: number; readonly count: number }): void {
    if (loads.count === 0) return
    const load = loads.sum / loads.count
    const sharedLookup = this.#lookups === 0 ? 0 : this.#lookupSeconds / this.#lookups
    const local = (localHits - this.#countedLocal) * Math.max(0, load - LOCAL_LOOKUP_SECONDS)
    const shared = (sharedHits - this.#countedShared) * Math.max(0, load - sharedLookup)
    this.seconds += local + shared
    this.#countedLocal = localHits
    this.#countedShared = sharedHits
  }
}
