/**
 * Exact hit ratios (0 to 1) of least-recently-used caches, by size in entries: the stack distance of each request is the
 * number of keys whose last use lies after its own, counted in a binary indexed tree (Bennett and Kruskal, 1975).
 */
export function lruHitRatios(keys: readonly string[], sizes: readonly number[]): Map<number, number> {
  const tree = new Int32Array(keys.length + 1)
  const add = (index: number, change: number) => {
    for (let at = index + 1; at <= keys.length; at += at & -at) tree[at] = (tree[at] ?? 0) + change
  }
  const countUpTo = (index: number) => {
    let sum = 0
    for (let at = index + 1; at > 0; at -= at & -at) sum += tree[at] ?? 0
    return sum
  }
  const lastUse = new Map<string, number>()
  const hits = sizes.map(() => 0)
  for (const [now, key] of keys.entries()) {
    const before = lastUse.get(key)
    if (before !== undefined) {
      const position = lastUse.size - countUpTo(before) + 1
      for (const [index, size] of sizes.entries()) if (position <= size) hits[index] = (hits[index] ?? 0) + 1
      add(before, -1)
    }
    add(now, 1)
    lastUse.set(key, now)
  }
  return new Map(sizes.map((size, index) => [size, (hits[index] ?? 0) / keys.length]))
}
