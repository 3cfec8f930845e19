import { calls } from '../contract/index.ts'

/** Upper bounds of the exported buckets, in milliseconds. */
const boundsMs = Float64Array.from(calls.duration.buckets, (seconds) => seconds * 1_000)
/** Buckets of an octave, by the first three bits after the leading one: each is at most 12.5 % wide. */
const PER_OCTAVE = 8
/** The first octave begins at 61 ns, below what the clock tells apart; the last one ends after 35 minutes. */
const FIRST_OCTAVE = -14
const OCTAVES = 35
const FINE = OCTAVES * PER_OCTAVE
/** Sign, exponent and three bits of the mantissa of the least duration: the upper 15 bits of a double. */
const FIRST_PREFIX = (1_023 + FIRST_OCTAVE) * PER_OCTAVE

/**
 * The buckets of the octaves, each parted once more where an exported bound lies in it: so every exported bucket is made of
 * whole buckets, and its count is exact.
 */
const layout = layOut()
/** Number of buckets of a histogram of durations. */
const DURATION_BUCKETS = layout.uppers.length

const bits = new DataView(new ArrayBuffer(8))

/** Counts durations in milliseconds by buckets that are at most 12.5 % wide, from 61 ns to 35 minutes; 2.4 KiB, made when first used. */
export class DurationHistogram {
  #counts: Float64Array | undefined

  /** Counts per bucket; undefined before the first duration. */
  get counts(): Float64Array | undefined {
    return this.#counts
  }

  /**
   * @param ended the duration in milliseconds, in a typed array, where V8 needs no box for it
   * @param weight how many calls the duration stands for
   */
  record(ended: Float64Array, weight: number): void {
    const milliseconds = ended[0] ?? 0
    const counts = (this.#counts ??= new Float64Array(DURATION_BUCKETS))
    bits.setFloat64(0, milliseconds)
    const fine = Math.max(0, Math.min((bits.getUint32(0) >>> 17) - FIRST_PREFIX, FINE - 1))
    const bucket = (layout.firsts[fine] ?? 0) + (milliseconds > (layout.bounds[fine] ?? Infinity) ? 1 : 0)
    counts[bucket] = (counts[bucket] ?? 0) + weight
  }
}

/** Counts per bucket of several histograms together. */
export function bucketCounts(...histograms: readonly DurationHistogram[]): Float64Array {
  const together = new Float64Array(DURATION_BUCKETS)
  for (const { counts } of histograms)
    if (counts !== undefined) for (const [bucket, count] of counts.entries()) together[bucket] = (together[bucket] ?? 0) + count
  return together
}

/**
 * Counts by exported buckets, of several histograms together.
 * @param bounds those of the durations of the contract, or some of them, in seconds
 */
export function exportedCounts(bounds: readonly number[], ...histograms: readonly DurationHistogram[]): Float64Array {
  const targets = calls.duration.buckets.map((bound) => bounds.filter((own) => own < bound).length)
  const exported = new Float64Array(bounds.length + 1)
  for (const { counts } of histograms)
    if (counts !== undefined)
      for (let bucket = 0; bucket < DURATION_BUCKETS; bucket++) {
        const target = targets[layout.exported[bucket] ?? 0] ?? bounds.length
        exported[target] = (exported[target] ?? 0) + (counts[bucket] ?? 0)
      }
  return exported
}

/**
 * The duration, in milliseconds, that a share `q` of the counted ones does not exceed, interpolated within its bucket: off by
 * at most 12.5 %. 0 without any.
 */
export function quantile(counts: Float64Array, q: number): number {
  let left = counts.reduce((sum, count) => sum + count, 0) * q
  for (const [bucket, count] of counts.entries()) {
    if (count > 0 && left <= count) {
      const lower = layout.uppers[bucket - 1] ?? 0
      const upper = layout.uppers[bucket] ?? lower
      return lower + (upper - lower) * (left / count)
    }
    left -= count
  }
  return 0
}

function layOut() {
  const firsts = new Uint16Array(FINE)
  const bounds = new Float64Array(FINE).fill(Infinity)
  const uppers: number[] = []
  const exported: number[] = []
  let nextBound = 0
  for (let fine = 0; fine < FINE; fine++) {
    firsts[fine] = uppers.length
    const upper = lowerOf(fine + 1)
    const bound = boundsMs[nextBound] ?? Infinity
    if (bound < upper) {
      bounds[fine] = bound
      uppers.push(bound)
      exported.push(nextBound++)
    }
    uppers.push(upper)
    exported.push(nextBound)
  }
  return { firsts, bounds, uppers: Float64Array.from(uppers), exported: Uint8Array.from(exported) }
}

/** Where a bucket of an octave begins, in milliseconds. */
function lowerOf(fine: number): number {
  return 2 ** (FIRST_OCTAVE + Math.floor(fine / PER_OCTAVE)) * (1 + (fine % PER_OCTAVE) / PER_OCTAVE)
}
