import { cache as contract } from '../contract/index.ts'
import type { HistogramState } from '../telemetry/source.ts'

const bounds = contract.loadDuration.buckets

/** Durations of loads in the buckets of the contract: plain numbers, so that recording one is an addition. */
export class LoadTimes implements HistogramState {
  readonly counts = new Float64Array(bounds.length + 1)
  /** Seconds. */
  sum = 0
  count = 0

  record(seconds: number): void {
    let bucket = 0
    while (bucket < bounds.length && seconds > (bounds[bucket] ?? 0)) bucket++
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1
    this.sum += seconds
    this.count += 1
  }
}
