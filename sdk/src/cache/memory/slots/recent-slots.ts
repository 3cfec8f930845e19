import { NONE } from './slot-list.ts'

/** The slots that something was done for last, as many as this is made for. */
export class RecentSlots {
  readonly #slots: Int32Array
  #next = 0

  constructor(length: number) {
    this.#slots = new Int32Array(length).fill(NONE)
  }

  /** Adds a slot; returns the one that is not among the last any more, or NONE. */
  add(slot: number): number {
    const oldest = this.#slots[this.#next] ?? NONE
    this.#slots[this.#next] = slot
    this.#next = (this.#next + 1) % this.#slots.length
    return oldest
  }
}
