import { NONE } from './slot-list.ts'
import { SlotQueues } from './slot-queues.ts'

const WINDOW = 0
const PROBATION = 1
const PROTECTED = 2

/** Share of the main region for entries that were used in it. */
const PROTECTED_SHARE = 0.8

/** Entries that leave the window unexamined at each eviction while it is too large. */
const MOVED = 3

/**
 * The order of W-TinyLFU (Einziger, Friedman and Manes 2017): new entries come into a window; who leaves it at its end has to be
 * more frequent than the next to go of the main region. The window may be anything from one entry to all of them, which
 * is plain LRU, and may change at any time: the entries follow a few at each eviction, those in use at once.
 */
export class WindowSegments {
  /** Share of the entries that the window is meant to hold, 0 to 1. */
  windowShare: number
  readonly #queues = new SlotQueues(3)
  readonly #frequency: (slot: number) => number
  /** Sizes that are aimed at, as of the last eviction; before the first one, all stand in the window. */
  #windowSize = 0
  #protectedSize = 0

  constructor(windowShare: number, frequency: (slot: number) => number) {
    this.windowShare = windowShare
    this.#frequency = frequency
  }

  grow(capacity: number): void {
    this.#queues.grow(capacity)
  }

  get size(): number {
    return this.#queues.sizeOf(WINDOW) + this.#queues.sizeOf(PROBATION) + this.#queues.sizeOf(PROTECTED)
  }

  add(slot: number): void {
    this.#queues.unshift(WINDOW, slot)
  }

  use(slot: number): void {
    const queues = this.#queues
    if (queues.queueOf(slot) === WINDOW || queues.sizeOf(WINDOW) < this.#windowSize) return queues.move(WINDOW, slot)
    queues.move(PROTECTED, slot)
    if (queues.sizeOf(PROTECTED) > this.#protectedSize) queues.move(PROBATION, queues.last(PROTECTED))
  }

  remove(slot: number): void {
    this.#queues.remove(slot)
  }

  /** Takes out the entry that has to go, or NONE. */
  evict(): number {
    const queues = this.#queues
    this.#aim()
    for (let moved = 0; moved < MOVED && queues.sizeOf(WINDOW) > this.#windowSize; moved++) queues.move(PROBATION, queues.last(WINDOW))
    const oldest = this.#lastOfMain()
    if (oldest === NONE) return queues.pop(WINDOW)
    // A window that is too small grows at the cost of the main region.
    if (queues.sizeOf(WINDOW) >= this.#windowSize) {
      const candidate = queues.last(WINDOW)
      if (this.#frequency(candidate) <= this.#frequency(oldest)) return queues.pop(WINDOW)
      queues.move(PROBATION, candidate)
    }
    queues.remove(oldest)
    return oldest
  }

  #aim(): void {
    const { size } = this
    this.#windowSize = Math.max(1, Math.round(size * this.windowShare))
    this.#protectedSize = Math.floor(Math.max(0, size - this.#windowSize) * PROTECTED_SHARE)
  }

  #lastOfMain(): number {
    const slot = this.#queues.last(PROBATION)
    return slot === NONE ? this.#queues.last(PROTECTED) : slot
  }
}
