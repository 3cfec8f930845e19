import type { Eviction, EvictionPolicy } from '../../../../sdk/dist/cache/eviction/policy.js'
import { hashString } from '../../../../sdk/dist/sampling/hash.js'

/** Requests by the number of their key, and the hash of each key. */
export interface Requests {
  readonly keys: Int32Array
  readonly hashes: Uint32Array
}

/** Keys numbered in the order of their first appearance. */
export function numbered(keys: readonly string[]): Requests {
  const numbers = new Map<string, number>()
  for (const key of keys) if (!numbers.has(key)) numbers.set(key, numbers.size)
  return {
    keys: Int32Array.from(keys, (key) => numbers.get(key) ?? 0),
    hashes: Uint32Array.from(numbers.keys(), (key) => hashString(key)),
  }
}

/** Slots that an entry table begins with. */
const FIRST_CAPACITY = 64

/** Requests that hit in a cache that is empty at first and stores what it misses, as the entry table would. */
export function replay({ keys, hashes }: Requests, policy: EvictionPolicy, maxEntries: number): number {
  const eviction = policy({ maxEntries })
  const slots = new Int32Array(hashes.length).fill(-1)
  const stored = new Int32Array(maxEntries)
  let capacity = Math.min(FIRST_CAPACITY, maxEntries)
  eviction.grow(capacity)
  let used = 0
  let hits = 0
  for (const key of keys) {
    const known = slots[key] ?? -1
    if (known >= 0) {
      hits += 1
      eviction.used(known)
      continue
    }
    if (used === capacity && capacity < maxEntries) eviction.grow((capacity = Math.min(2 * capacity, maxEntries)))
    const slot = used < maxEntries ? used++ : evicted(eviction, slots, stored)
    slots[key] = slot
    stored[slot] = key
    eviction.added(slot, hashes[key] ?? 0, Infinity)
  }
  return hits
}

/** The slot of the entry that goes, whose key has none from then on. */
function evicted(eviction: Eviction, slots: Int32Array, stored: Int32Array): number {
  const slot = eviction.evict()
  slots[stored[slot] ?? 0] = -1
  return slot
}
