import { SlotList } from '../memory/slots/slot-list.ts'
import type { Eviction, EvictionPolicy } from './policy.ts'

/** Drops what was stored first, used or not: for values whose worth fades with age, such as polled states. */
export function fifo(): EvictionPolicy {
  return () => new Fifo()
}

export { fifo as default }

class Fifo implements Eviction {
  /** The latest stored first; a new value does not move its key. */
  readonly #order = new SlotList()

  grow(capacity: number): void {
    this.#order.grow(capacity)
  }

  added(slot: number): void {
    this.#order.unshift(slot)
  }

  used(): void {}

  replaced(): void {}

  removed(slot: number): void {
    this.#order.remove(slot)
  }

  evict(): number {
    return this.#order.pop()
  }
}
