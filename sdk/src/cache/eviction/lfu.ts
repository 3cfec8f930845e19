import { copied } from '../memory/slots/copied.ts'
import { NONE } from '../memory/slots/slot-list.ts'
import { SlotQueues } from '../memory/slots/slot-queues.ts'
import type { Eviction, EvictionPolicy } from './policy.ts'

/** Highest count. With 7 the mean hit ratio over recorded traces is best, and never far below that of lru (docs/decisions.md). */
const MAX_COUNT = 7
/** Ranks that may occur at the same time. */
const RANKS = MAX_COUNT + 1

/**
 * Drops what was used least, with dynamic ageing (LFUDA: Arlitt, Cherkasova, Dilley, Friedrich and Jin, 1999): an entry ranks by its
 * count above the rank that the last dropped one had, so that old favourites sink. Ties go by age of the last use.
 */
export function lfu(): EvictionPolicy {
  return () => new Lfu()
}

export { lfu as default }

class Lfu implements Eviction {
  /** A queue for each rank, by its remainder: all ranks lie within one round from the lowest. */
  readonly #ranks = new SlotQueues(RANKS)
  #counts = new Uint8Array(0)
  #lowest = 0
  #size = 0

  grow(capacity: number): void {
    this.#ranks.grow(capacity)
    this.#counts = copied(this.#counts, new Uint8Array(capacity))
  }

  added(slot: number): void {
    this.#counts[slot] = 1
    this.#ranks.unshift(this.#rankOf(1), slot)
    this.#size += 1
  }

  used(slot: number): void {
    const count = Math.min((this.#counts[slot] ?? 0) + 1, MAX_COUNT)
    this.#counts[slot] = count
    this.#ranks.move(this.#rankOf(count), slot)
  }

  replaced(slot: number): void {
    this.used(slot)
  }

  removed(slot: number): void {
    this.#ranks.remove(slot)
    this.#size -= 1
  }

  evict(): number {
    if (this.#size === 0) return NONE
    while (this.#ranks.sizeOf(this.#lowest) === 0) this.#lowest = (this.#lowest + 1) % RANKS
    this.#size -= 1
    return this.#ranks.pop(this.#lowest)
  }

  #rankOf(count: number): number {
    return (this.#lowest + count) % RANKS
  }
}
