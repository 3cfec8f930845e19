import { copied } from './copied.ts'

/** No slot. */
export const NONE = -1

/**
 * Slots in an order of their own: a doubly linked list in typed arrays, so that moving one allocates nothing. Each slot
 * stands in it once at most. Place 0 holds the two ends, slot n stands at place n + 1.
 */
export class SlotList {
  #next = new Int32Array(1)
  #previous = new Int32Array(1)
  #size = 0

  /** Makes room for the slots 0 to capacity − 1. */
  grow(capacity: number): void {
    this.#next = copied(this.#next, new Int32Array(capacity + 1))
    this.#previous = copied(this.#previous, new Int32Array(capacity + 1))
  }

  get size(): number {
    return this.#size
  }

  /** The slot at the front, or NONE. */
  get first(): number {
    return (this.#next[0] ?? 0) - 1
  }

  /** The slot at the back, or NONE. */
  get last(): number {
    return (this.#previous[0] ?? 0) - 1
  }

  /** The slot before this one, or NONE. */
  before(slot: number): number {
    return (this.#previous[slot + 1] ?? 0) - 1
  }

  /** Puts a slot that is not in the list at the front. */
  unshift(slot: number): void {
    const place = slot + 1
    const next = this.#next
    const first = next[0] ?? 0
    next[0] = place
    next[place] = first
    this.#previous[place] = 0
    this.#previous[first] = place
    this.#size += 1
  }

  /** Takes a slot out that is in the list. */
  remove(slot: number): void {
    const place = slot + 1
    const next = this.#next[place] ?? 0
    const previous = this.#previous[place] ?? 0
    this.#next[previous] = next
    this.#previous[next] = previous
    this.#size -= 1
  }

  /** Moves a slot that is in the list to the front. */
  toFront(slot: number): void {
    const place = slot + 1
    const next = this.#next
    const first = next[0] ?? 0
    if (first === place) return
    const previous = this.#previous
    const after = next[place] ?? 0
    const before = previous[place] ?? 0
    next[before] = after
    previous[after] = before
    next[0] = place
    next[place] = first
    previous[place] = 0
    previous[first] = place
  }

  /** Takes the slot at the back out and returns it, or NONE. */
  pop(): number {
    const slot = this.last
    if (slot !== NONE) this.remove(slot)
    return slot
  }
}
