import { reuse } from '../contract/index.ts'

const sizes = reuse.distance.buckets

/** Bands of a stack, and the bucket of `reuse.distance` that each belongs to. */
export interface StackBands {
  /** Last stack position of each band, rising. */
  readonly edges: readonly number[]
  /** Bucket of each band; one more than edges, for what lies below the last one. */
  readonly buckets: readonly number[]
}

/**
 * Bands for a stack of `depth` keys that each stand for `scale` keys. A cache of N entries would have served the stack
 * position p when (p − ½)·scale + ½ ≤ N: where the key is followed exactly (scale 1), when p ≤ N.
 */
export function stackBands(scale: number, depth: number): StackBands {
  const edges: number[] = []
  const buckets: number[] = []
  let next = 0
  for (const [bucket, size] of sizes.entries()) {
    const edge = Math.floor((size - 0.5) / scale + 0.5)
    if (edge > depth) break
    next = bucket + 1
    // Of sizes that end at the same position the smallest serves it.
    if (edge < 1 || edge === edges.at(-1)) continue
    edges.push(edge)
    buckets.push(bucket)
  }
  return { edges, buckets: [...buckets, next] }
}

/** Bucket that a stack position (of keys, possibly estimated) falls into; `sizes.length` beyond the largest size. */
export function bucketOf(position: number): number {
  const bucket = sizes.findIndex((size) => position <= size)
  return bucket < 0 ? sizes.length : bucket
}
