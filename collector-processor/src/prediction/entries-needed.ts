import { type MissRatioCurve, reachable, smallestReaching } from './miss-ratio-curve.ts'

/** Smaller caches save no memory worth the trouble of being wrong about them. */
const SMALLEST_CACHE = 10

/**
 * Entries to propose for a cache that is not there yet: the size after the smallest one that reaches a share of what is reachable.
 * The set of keys in use grows with time, and a cache made as advised should not be called too small a week later.
 */
export function entriesNeeded(entries: MissRatioCurve, reach: number): number {
  const smallest = smallestReaching(entries, reach * reachable(entries), SMALLEST_CACHE) ?? Infinity
  return entries.edges.find((edge) => edge > smallest) ?? smallest
}
