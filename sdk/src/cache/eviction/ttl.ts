import { copied } from '../memory/slots/copied.ts'
import { SlotHeap } from '../memory/slots/slot-heap.ts'
import { NONE } from '../memory/slots/slot-list.ts'
import type { Eviction, EvictionPolicy } from './policy.ts'

/** Drops what would expire soonest, used or not; what never expires last, and of equals the one stored first. For values that differ in time to live. */
export function ttl(): EvictionPolicy {
  return () => new Ttl()
}

export { ttl as default }

class Ttl implements Eviction {
  readonly #order = new SlotHeap((slot, other) => this.#expiresBefore(slot, other))
  #expiresAt = new Float64Array(0)
  /** Number of the value in the order in which values were stored. */
  #stored = new Float64Array(0)
  #last = 0

  grow(capacity: number): void {
    this.#order.grow(capacity)
    this.#expiresAt = copied(this.#expiresAt, new Float64Array(capacity))
    this.#stored = copied(this.#stored, new Float64Array(capacity))
  }

  added(slot: number, _hash: number, expiresAt: number): void {
    this.#note(slot, expiresAt)
    this.#order.add(slot)
  }

  used(): void {}

  replaced(slot: number, expiresAt: number): void {
    this.#note(slot, expiresAt)
    this.#order.changed(slot)
  }

  removed(slot: number): void {
    this.#order.remove(slot)
  }

  evict(): number {
    const slot = this.#order.first
    if (slot !== NONE) this.#order.remove(slot)
    return slot
  }

  #note(slot: number, expiresAt: number): void {
    this.#expiresAt[slot] = expiresAt
    this.#stored[slot] = ++this.#last
  }

  #expiresBefore(slot: number, other: number): boolean {
    const at = this.#expiresAt[slot] ?? 0
    const otherAt = this.#expiresAt[other] ?? 0
    return at === otherAt ? (this.#stored[slot] ?? 0) < (this.#stored[other] ?? 0) : at < otherAt
  }
}
