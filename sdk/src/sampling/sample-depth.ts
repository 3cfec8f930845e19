/** Hits that a judgement needs, and hits after which older ones count half. */
const EVIDENCE = 128
const MEMORY = 1_024
/** The far half is used when at least this share of the hits lies there. */
const USED = 0.02

/** Judges whether the far half of a list of keys is hit often enough to be kept. */
export class SampleDepth {
  #hits = 0
  #far = 0

  /** Counts a hit. */
  hit(far: boolean): void {
    this.#hits++
    if (far) this.#far++
    if (this.#hits < MEMORY) return
    this.#hits /= 2
    this.#far /= 2
  }

  /** Whether the far half is used; also while that is not known yet. */
  get isUsed(): boolean {
    return this.#hits < EVIDENCE || this.#far >= USED * this.#hits
  }
}
