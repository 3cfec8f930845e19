import { copied } from '../memory/slots/copied.ts'
import { RecentHashes } from '../memory/slots/recent-hashes.ts'
import { SlotQueues } from '../memory/slots/slot-queues.ts'
import type { Eviction, EvictionPolicy } from './policy.ts'

const SMALL = 0
const MAIN = 1

/** Share of the entries in the small queue; as many keys as the main queue has entries are remembered after they left. */
const SMALL_SHARE = 0.1
const MAX_USES = 3
/** Uses in the small queue that lead to the main one. */
const PROMOTED_USES = 2

/**
 * S3-FIFO (Yang, Zhang, Qiu, Yue and Rashmi, SOSP 2023): new entries have to prove themselves in a small queue, and a key that comes
 * again soon after it left goes to the main queue. For keys of which many are asked for once only.
 */
export function s3fifo(): EvictionPolicy {
  return () => new S3Fifo()
}

export { s3fifo as default }

class S3Fifo implements Eviction {
  readonly #queues = new SlotQueues(2)
  readonly #ghosts = new RecentHashes()
  #hashes = new Int32Array(0)
  #uses = new Uint8Array(0)
  /** Entries that the main queue is meant to hold, as of the last eviction. */
  #mainSize = 0

  grow(capacity: number): void {
    this.#queues.grow(capacity)
    this.#ghosts.grow(capacity)
    this.#hashes = copied(this.#hashes, new Int32Array(capacity))
    this.#uses = copied(this.#uses, new Uint8Array(capacity))
  }

  added(slot: number, hash: number): void {
    this.#hashes[slot] = hash
    this.#uses[slot] = 0
    this.#queues.unshift(this.#ghosts.take(hash, this.#mainSize) ? MAIN : SMALL, slot)
  }

  used(slot: number): void {
    const uses = this.#uses[slot] ?? 0
    if (uses < MAX_USES) this.#uses[slot] = uses + 1
  }

  replaced(slot: number): void {
    this.used(slot)
  }

  removed(slot: number): void {
    this.#queues.remove(slot)
  }

  evict(): number {
    const queues = this.#queues
    const size = queues.sizeOf(SMALL) + queues.sizeOf(MAIN)
    this.#mainSize = size - Math.max(1, Math.floor(size * SMALL_SHARE))
    while (queues.sizeOf(SMALL) > 0 && queues.sizeOf(MAIN) <= this.#mainSize) {
      const slot = queues.last(SMALL)
      if ((this.#uses[slot] ?? 0) < PROMOTED_USES) return this.#leave(slot)
      this.#uses[slot] = 0
      queues.move(MAIN, slot)
    }
    return this.#evictMain()
  }

  /** A key that leaves the small queue is remembered. */
  #leave(slot: number): number {
    this.#ghosts.add(this.#hashes[slot] ?? 0)
    this.#queues.remove(slot)
    return slot
  }

  /** The oldest without uses; those with uses are given another round for one of them. */
  #evictMain(): number {
    for (;;) {
      const slot = this.#queues.last(MAIN)
      const uses = this.#uses[slot] ?? 0
      if (uses === 0) return this.#queues.pop(MAIN)
      this.#uses[slot] = uses - 1
      this.#queues.move(MAIN, slot)
    }
  }
}
