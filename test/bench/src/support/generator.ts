import { lruHitRatios } from './lru-hit-ratios.ts'
import { SHARES, type Trace } from './traces.ts'

const REQUESTS = 150_000

/**
 * Traces made up with a fixed seed: skewed popularity (Zipf's law, exponent 0.9, as measured for web and key-value caches:
 * Breslau 1999, Cao 2020), popularity that drifts, a loop, and mostly unique keys.
 */
export function* generatedTraces(): Generator<Trace> {
  const random = randomNumbers(20_261_123)
  const popular = zipf(20_000, 0.9, random)
  yield trace('generated-zipf', () => popular())
  yield trace('generated-drift', (index) => popular() + Math.floor(index / 50))
  yield trace('generated-loop', (index) => (random() < 0.5 ? index % 800 : 1_000 + popular()))
  yield trace('generated-unique', (index) => (random() < 0.95 ? 100_000 + index : popular()))
}

function trace(name: string, key: (index: number) => number): Trace {
  const keys = Array.from({ length: REQUESTS }, (_, index) => String(key(index)))
  const distinct = new Set(keys).size
  const bySize = lruHitRatios(
    keys,
    SHARES.map((share) => Math.ceil(share * distinct)),
  )
  return { name, keys, times: keys.map((_, index) => index), bySize, byTtl: new Map(), byBoth: [], byPolicy: [] }
}

/** Draws from 0 … keys-1, the k-th with a probability proportional to 1/k^exponent. */
export function zipf(keys: number, exponent: number, random: () => number): () => number {
  let sum = 0
  const cumulative = Float64Array.from({ length: keys }, (_, index) => (sum += (index + 1) ** -exponent))
  return () => {
    const drawn = random() * sum
    let low = 0
    let high = keys - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((cumulative[middle] ?? 0) < drawn) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Numbers in [0, 1): mulberry32 (Tommy Ettinger, public domain). */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
