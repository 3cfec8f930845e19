import type { HistogramState } from '../telemetry/source.ts'

/** A histogram that only ever grows: reading it changes nothing, so any number of readers see the same totals. */
export class BucketCounts implements HistogramState {
  /** Counts per bucket, not cumulative; the last is above all bounds. */
  readonly counts: Float64Array
  sum = 0
  count = 0
  readonly #bounds: readonly number[]

  /** @param bounds upper bounds of the buckets, rising */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.counts = new Float64Array(bounds.length + 1)
  }

  /** Counts a value, in the unit of the bounds. */
  record(value: number): void {
    const found = this.#bounds.findIndex((bound) => value <= bound)
    const index = found < 0 ? this.#bounds.length : found
    this.counts[index] = (this.counts[index] ?? 0) + 1
    this.sum += value
    this.count++
  }
}
