import { copied } from './copied.ts'
import { NONE } from './slot-list.ts'

/** Cells that a hash may stand in. */
const BUCKET = 8
/** Age of a cell that holds nothing. */
const AGES_AGO = 2 ** 31

/**
 * Hashes of keys that left, for as long as few others left since: buckets in which the new take the place of the oldest
 * (the ghost queue of Yang et al., SOSP 2023). Takes 16 to 32 bytes a slot; with many at once, a few are forgotten early.
 */
export class RecentHashes {
  #hashes = new Int32Array(BUCKET)
  #times = new Uint32Array(BUCKET)
  #now = AGES_AGO

  /** Makes room for as many hashes; the ones there are stay. */
  grow(capacity: number): void {
    while (this.#hashes.length < 2 * capacity) {
      const { length } = this.#hashes
      // A bucket of the larger table takes over from the one whose index has one bit less; the other copy just ages.
      this.#hashes = copied(this.#hashes, new Int32Array(2 * length)).copyWithin(length, 0, length)
      this.#times = copied(this.#times, new Uint32Array(2 * length)).copyWithin(length, 0, length)
    }
  }

  /** Adds one that has left just now. */
  add(hash: number): void {
    const known = this.#find(hash)
    const cell = known === NONE ? this.#oldestIn(this.#bucketOf(hash)) : known
    this.#now = (this.#now + 1) >>> 0
    this.#hashes[cell] = hash
    this.#times[cell] = this.#now
  }

  /** Takes a hash out; true when it was there and fewer than `span` were added after it. */
  take(hash: number, span: number): boolean {
    const cell = this.#find(hash)
    if (cell === NONE || this.#ageOf(cell) >= span) return false
    this.#times[cell] = this.#now - AGES_AGO
    return true
  }

  #find(hash: number): number {
    const bucket = this.#bucketOf(hash)
    for (let cell = bucket; cell < bucket + BUCKET; cell++) if (this.#hashes[cell] === (hash | 0)) return cell
    return NONE
  }

  #oldestIn(bucket: number): number {
    let oldest = bucket
    for (let cell = bucket; cell < bucket + BUCKET; cell++) if (this.#ageOf(cell) > this.#ageOf(oldest)) oldest = cell
    return oldest
  }

  #ageOf(cell: number): number {
    return (this.#now - (this.#times[cell] ?? 0)) >>> 0
  }

  #bucketOf(hash: number): number {
    return ((Math.imul(hash, 0x9e37_79b1) >>> 8) & (this.#hashes.length / BUCKET - 1)) * BUCKET
  }
}
