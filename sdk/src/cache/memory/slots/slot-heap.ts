import { copied } from './copied.ts'
import { NONE } from './slot-list.ts'

/** Slots of which the first by some order is always at hand, and any can be taken out: a binary heap that knows where each slot stands. */
export class SlotHeap {
  readonly #before: (slot: number, other: number) => boolean
  #slots = new Int32Array(0)
  #places = new Int32Array(0)
  #size = 0

  /** `before` says of two slots whether the first one comes first. */
  constructor(before: (slot: number, other: number) => boolean) {
    this.#before = before
  }

  /** Makes room for the slots 0 to capacity − 1. */
  grow(capacity: number): void {
    this.#slots = copied(this.#slots, new Int32Array(capacity))
    this.#places = copied(this.#places, new Int32Array(capacity))
  }

  /** The slot that comes first, or NONE. */
  get first(): number {
    return this.#size === 0 ? NONE : (this.#slots[0] ?? NONE)
  }

  /** Adds a slot that is not there. */
  add(slot: number): void {
    this.#rise(slot, this.#size++)
  }

  /** Takes a slot out that is there. */
  remove(slot: number): void {
    const place = this.#places[slot] ?? 0
    const last = this.#slots[--this.#size] ?? NONE
    if (last !== slot) this.#settle(last, place)
  }

  /** The slot, which is there, may come earlier or later than before. */
  changed(slot: number): void {
    this.#settle(slot, this.#places[slot] ?? 0)
  }

  #settle(slot: number, place: number): void {
    this.#rise(slot, place)
    this.#sink(slot, this.#places[slot] ?? 0)
  }

  #rise(slot: number, place: number): void {
    let at = place
    while (at > 0) {
      const above = (at - 1) >> 1
      const other = this.#slots[above] ?? NONE
      if (!this.#before(slot, other)) break
      this.#put(other, at)
      at = above
    }
    this.#put(slot, at)
  }

  #sink(slot: number, place: number): void {
    let at = place
    for (;;) {
      const below = this.#earlierBelow(at)
      if (below === NONE) break
      const other = this.#slots[below] ?? NONE
      if (!this.#before(other, slot)) break
      this.#put(other, at)
      at = below
    }
    this.#put(slot, at)
  }

  /** Of the two places below one, the place of the slot that comes first, or NONE. */
  #earlierBelow(place: number): number {
    const left = 2 * place + 1
    const right = left + 1
    if (left >= this.#size) return NONE
    if (right >= this.#size) return left
    return this.#before(this.#slots[right] ?? NONE, this.#slots[left] ?? NONE) ? right : left
  }

  #put(slot: number, place: number): void {
    this.#slots[place] = slot
    this.#places[slot] = place
  }
}
