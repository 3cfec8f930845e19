import { Choice } from '../memory/slots/choice.ts'
import { MiniatureCaches } from '../memory/slots/miniature-caches.ts'
import { TinyLfu } from '../memory/slots/tiny-lfu.ts'
import type { Eviction, EvictionPolicy } from './policy.ts'

/** The policies to choose from, by the share of W-TinyLFU's window: plain LRU, which it begins with, to few entries. */
const WINDOW_SHARES = [1, 0.5, 0.1, 0.01]

/**
 * Chooses while it runs between LRU and W-TinyLFU with windows of three sizes, by what miniature caches of up to 1,024 keys
 * show each would hit. The entries follow gradually. For caches whose use is not known beforehand, or changes.
 */
export function auto(): EvictionPolicy {
  return () => new Auto()
}

export { auto as default }

class Auto implements Eviction {
  readonly #entries = new TinyLfu(WINDOW_SHARES[0] ?? 1)
  readonly #miniatures = new MiniatureCaches(WINDOW_SHARES, (hash) => this.#entries.frequencies.countOf(hash))
  readonly #choice = new Choice(WINDOW_SHARES.length)

  grow(capacity: number): void {
    this.#entries.grow(capacity)
    this.#miniatures.grow(capacity)
  }

  added(slot: number, hash: number): void {
    this.#entries.added(slot, hash)
    this.#follow(hash)
  }

  used(slot: number): void {
    this.#entries.used(slot)
    this.#follow(this.#entries.hashOf(slot))
  }

  replaced(slot: number): void {
    this.used(slot)
  }

  removed(slot: number): void {
    this.#entries.removed(slot)
    this.#miniatures.forget(this.#entries.hashOf(slot))
  }

  evict(): number {
    this.#miniatures.limit(this.#entries.segments.size)
    return this.#entries.evict()
  }

  #follow(hash: number): void {
    if (!this.#miniatures.follows(hash)) return
    const hits = this.#miniatures.request(hash)
    if (!this.#choice.changes(hits, this.#miniatures.maxKeys)) return
    this.#entries.segments.windowShare = WINDOW_SHARES[this.#choice.current] ?? 1
  }
}
