import { seeded } from './random.ts'

/** Kinds of requests to caches; each gives the key of the request with this number. */
export const workloads = {
  /** A few keys that are asked for over and over, while they are slowly replaced by others: what lru is best for. */
  sliding: (random, index) => `sliding ${Math.floor(index / 10) + Math.floor(random() * 40)}`,
  /** All keys in turn, over and over: lru hits nothing when they are one too many. */
  loop: (_random, index) => `loop ${index % 300}`,
  /** Skewed popularity: the k-th key is asked for about 1/k times as often as the first. */
  skewed: (random) => `skewed ${Math.floor(Math.exp(random() * Math.log(3_000)))}`,
  /** Skewed popularity among keys that never come again. */
  once: (random, index) => (random() < 0.6 ? `once ${index}` : `skewed ${Math.floor(Math.exp(random() * Math.log(500)))}`),
} satisfies Record<string, (random: () => number, index: number) => string>

export type Workload = keyof typeof workloads

/** The keys of so many requests of each kind, one kind after the other. */
export function requestsOf(kinds: readonly Workload[], requestsEach: number, seed: number): string[] {
  const random = seeded(seed)
  return kinds.flatMap((kind, phase) =>
    Array.from({ length: requestsEach }, (_, index) => workloads[kind](random, phase * requestsEach + index)),
  )
}
