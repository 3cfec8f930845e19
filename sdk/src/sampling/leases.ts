/** Ages are resolved to this part of a time to live; a power of two, so that 16-bit stamps may wrap around. */
const UNITS_PER_TTL = 8_192
/** Milliseconds that the clock may advance before the stamps are computed again. */
const STAMP_RESOLUTION = 1

/**
 * For every slot and every time to live T: when a cache whose entries live T from insertion would have filled its entry
 * last. A request hits at T when that is at most T ago, else the entry is filled anew. Of the start only 16 bits are kept:
 * it is never more than T before the last use, so it is unambiguous whenever the last use is at most T ago, and when it
 * is not, the entry has expired anyway.
 */
export class Leases {
  readonly #ttls: Float64Array
  readonly #unitsPerMs: Float64Array
  readonly #lastUse: Float64Array
  readonly #starts: Uint16Array
  readonly #stamps: Uint16Array
  #now = -Infinity

  /**
   * @param slots number of slots
   * @param ttlSeconds times to live, rising, in seconds
   */
  constructor(slots: number, ttlSeconds: readonly number[]) {
    this.#ttls = Float64Array.from(ttlSeconds, (seconds) => seconds * 1_000)
    this.#unitsPerMs = this.#ttls.map((ttl) => UNITS_PER_TTL / ttl)
    this.#lastUse = new Float64Array(slots)
    this.#starts = new Uint16Array(slots * ttlSeconds.length)
    this.#stamps = new Uint16Array(ttlSeconds.length)
  }

  /** A key that was not known takes the slot: every lease starts now (milliseconds). */
  fill(slot: number, now: number): void {
    this.#advance(now)
    this.#lastUse[slot] = now
    this.#starts.set(this.#stamps, slot * this.#stamps.length)
  }

  /**
   * The key in the slot is used again, now (milliseconds). Adds `weight` to `hits` at each time to live that serves it:
   * for one key, a longer time serves at least as often.
   * @returns milliseconds since the last use
   */
  use(slot: number, now: number, weight: number, hits: Float64Array): number {
    this.#advance(now)
    const ttls = this.#ttls
    const stamps = this.#stamps
    const starts = this.#starts
    const unused = now - (this.#lastUse[slot] ?? now)
    const base = slot * ttls.length
    for (let index = 0; index < ttls.length; index++) {
      const stamp = stamps[index] ?? 0
      const age = (stamp - (starts[base + index] ?? 0)) & 0xffff
      // One unit more, because both stamps are rounded down.
      if (unused <= (ttls[index] ?? 0) && age <= UNITS_PER_TTL + 1) hits[index] = (hits[index] ?? 0) + weight
      else starts[base + index] = stamp
    }
    this.#lastUse[slot] = now
    return unused
  }

  #advance(now: number): void {
    if (now - this.#now < STAMP_RESOLUTION) return
    this.#now = now
    for (let index = 0; index < this.#stamps.length; index++) this.#stamps[index] = (now * (this.#unitsPerMs[index] ?? 0)) | 0
  }
}
