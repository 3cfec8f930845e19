/** Numbers in [0, 1), the same ones for the same seed. */
export type Random = () => number

/** A seeded generator: mulberry32 (T. Ettinger, public domain), period 2^32, good enough for a workload. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Gaps between the arrivals of a Poisson process with this mean, in the unit of the mean. */
export function exponential(random: Random, mean: number): number {
  return -Math.log(1 - random()) * mean
}

/** Probabilities of the keys 0 … `keys - 1` by Zipf's law: proportional to 1 / rank^exponent; exponent 0 is uniform. */
export function zipfProbabilities(keys: number, exponent: number): number[] {
  const weights = Array.from({ length: keys }, (_, index) => (index + 1) ** -exponent)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

/** Draws an index with the given probabilities, in O(log n). */
export function weighted(random: Random, probabilities: readonly number[]): () => number {
  let total = 0
  const bounds = probabilities.map((probability) => (total += probability))
  return () => {
    const point = random() * total
    let low = 0
    let high = bounds.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((bounds[middle] ?? total) > point) high = middle
      else low = middle + 1
    }
    return low
  }
}
