/** No slot. */
export const NONE = -1

/** Slots in the order of their last use, the latest first: a doubly linked list in typed arrays. */
export class RecencyList {
  readonly #newer: Int16Array
  readonly #older: Int16Array
  #first = NONE
  #last = NONE
  #size = 0

  /** @param slots number of slots that exist, at most 32,767 */
  constructor(slots: number) {
    this.#newer = new Int16Array(slots)
    this.#older = new Int16Array(slots)
  }

  get size(): number {
    return this.#size
  }

  /** The slot used last, or NONE. */
  get first(): number {
    return this.#first
  }

  /** The slot unused for longest, or NONE. */
  get last(): number {
    return this.#last
  }

  /** The next slot used after this one, or NONE. */
  newer(slot: number): number {
    return this.#newer[slot] ?? NONE
  }

  /** The next slot used before this one, or NONE. */
  older(slot: number): number {
    return this.#older[slot] ?? NONE
  }

  /** Puts a slot that is not in the list first. */
  push(slot: number): void {
    this.#newer[slot] = NONE
    this.#older[slot] = this.#first
    if (this.#first === NONE) this.#last = slot
    else this.#newer[this.#first] = slot
    this.#first = slot
    this.#size++
  }

  /** Takes a slot out that is in the list. */
  remove(slot: number): void {
    const newer = this.newer(slot)
    const older = this.older(slot)
    if (newer === NONE) this.#first = older
    else this.#older[newer] = older
    if (older === NONE) this.#last = newer
    else this.#newer[older] = newer
    this.#size--
  }

  /** The slots, latest first. The slot at hand may be removed meanwhile. */
  *[Symbol.iterator](): Generator<number> {
    for (let slot = this.#first, older = NONE; slot !== NONE; slot = older) {
      older = this.older(slot)
      yield slot
    }
  }
}
