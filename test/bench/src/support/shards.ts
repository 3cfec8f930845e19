import { RankedList } from '../../../../sdk/dist/sampling/ranked-list.js'

const HASHES = 2 ** 32

/**
 * Hit ratios (0 to 1) by cache size as the published method estimates them: fixed-size SHARDS with its adjustment
 * (Waldspurger et al., "Efficient MRC Construction with SHARDS", FAST 2015), with at most `capacity` keys.
 * @param hashes hash (uint32) of the key of every request
 */
export function shardsHitRatios(hashes: readonly number[], sizes: readonly number[], capacity: number): Map<number, number> {
  const slots = new Map<number, number>()
  const recency = new RankedList(capacity + 1, capacity + 1)
  const free = Array.from({ length: capacity + 1 }, (_, slot) => slot)
  const hits = sizes.map(() => 0)
  let sampledBelow = HASHES
  let sampled = 0
  for (const hash of hashes) {
    if (hash >= sampledBelow) continue
    sampled++
    const known = slots.get(hash)
    if (known !== undefined) {
      const position = (recency.rank(known) * HASHES) / sampledBelow + 1
      for (const [index, size] of sizes.entries()) if (position <= size) hits[index] = (hits[index] ?? 0) + 1
      recency.remove(known)
    }
    const slot = known ?? free.pop() ?? 0
    slots.set(hash, slot)
    recency.push(slot)
    if (recency.size <= capacity) continue
    const largest = Math.max(...slots.keys())
    const dropped = slots.get(largest) ?? 0
    recency.remove(dropped)
    slots.delete(largest)
    free.push(dropped)
    // What was counted at the higher rate is scaled down to the new one.
    for (const index of hits.keys()) hits[index] = ((hits[index] ?? 0) * largest) / sampledBelow
    sampled = (sampled * largest) / sampledBelow
    sampledBelow = largest
  }
  const expected = (hashes.length * sampledBelow) / HASHES
  return new Map(sizes.map((size, index) => [size, ((hits[index] ?? 0) + expected - sampled) / expected]))
}
