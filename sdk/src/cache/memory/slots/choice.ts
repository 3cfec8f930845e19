/** By how many hits a candidate has to lead: a share of the keys that each holds, about what a change costs, and their noise. */
const MARGIN = 0.04
/** Each change doubles the margin of all candidates but the first, up to this factor. */
const MAX_FACTOR = 4
/** Requests without a change, as a multiple of the keys that each holds, after which the factor is halved. */
const CALM = 100

/**
 * Which of some candidates to follow, by their hits: the current one is left for one that has got ahead of it by a margin
 * since it was last not ahead (the cumulative sum of Page, 1954). Candidate 0 is the safe one: when candidates take turns, the
 * others have to lead by more and more, and the way back to it stays short.
 */
export class Choice {
  #current = 0
  /** Hits by which each is ahead of the current one. */
  readonly #leads: Int32Array
  /** `hits` of a request that all hit. */
  readonly #all: number
  #factor = 1
  #unchanged = 0

  /** Begins with candidate 0. */
  constructor(candidates: number) {
    this.#leads = new Int32Array(candidates)
    this.#all = (1 << candidates) - 1
  }

  get current(): number {
    return this.#current
  }

  /** Takes note of a request: `hits` has a bit for each candidate that hits, which holds `size` keys. True when the choice changes. */
  changes(hits: number, size: number): boolean {
    this.#unchanged += 1
    if (this.#unchanged > CALM * size && this.#factor > 1) {
      this.#factor /= 2
      this.#unchanged = 0
    }
    if (hits === 0 || hits === this.#all) return false
    const best = this.#furthest(hits, MARGIN * size + Math.sqrt(size))
    if (best === this.#current) return false
    this.#current = best
    this.#leads.fill(0)
    this.#factor = Math.min(2 * this.#factor, MAX_FACTOR)
    this.#unchanged = 0
    return true
  }

  /** The candidate that is furthest beyond its margin; the current one when none is. */
  #furthest(hits: number, margin: number): number {
    const own = (hits >>> this.#current) & 1
    let furthest = this.#current
    let most = 1
    for (let candidate = 0; candidate < this.#leads.length; candidate++) {
      const lead = Math.max(0, (this.#leads[candidate] ?? 0) + ((hits >>> candidate) & 1) - own)
      this.#leads[candidate] = lead
      const share = lead / (candidate === 0 ? margin : margin * this.#factor)
      if (share <= most) continue
      furthest = candidate
      most = share
    }
    return furthest
  }
}
