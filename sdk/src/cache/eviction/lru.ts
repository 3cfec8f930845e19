import { SlotList } from '../memory/slots/slot-list.ts'
import type { Eviction, EvictionPolicy } from './policy.ts'

/** Drops what was not used for longest: the default, right for most agents. */
export function lru(): EvictionPolicy {
  return () => new Lru()
}

export { lru as default }

class Lru implements Eviction {
  /** The latest used first. */
  readonly #order = new SlotList()

  grow(capacity: number): void {
    this.#order.grow(capacity)
  }

  added(slot: number): void {
    this.#order.unshift(slot)
  }

  used(slot: number): void {
    this.#order.toFront(slot)
  }

  replaced(slot: number): void {
    this.#order.toFront(slot)
  }

  removed(slot: number): void {
    this.#order.remove(slot)
  }

  evict(): number {
    return this.#order.pop()
  }
}
