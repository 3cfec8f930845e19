import { calls } from '../contract/index.ts'
import type { MetricSink, MetricSource } from '../telemetry/source.ts'
import type { RepetitionTracking } from './repetition-tracking.ts'

const boundsMs = Float64Array.from(calls.duration.buckets, (seconds) => seconds * 1_000)

/** What is known of the calls of one function: plain numbers, counted since the process started. */
export class CallStatistics implements MetricSource {
  /** Name under which the function is exported, bounded by a NameRegistry. */
  readonly name: string
  /** Whether the calls go through a cache of ours, which then follows their keys itself. */
  readonly cached: boolean
  /** Calls that are running now. */
  active = 0
  /** Calls that threw or rejected. */
  errors = 0
  /** Calls that ended, and the sum of their durations in milliseconds. */
  count = 0
  totalMs = 0
  /** Follows the repetition of arguments, while this function is among those that it pays for. */
  tracking: RepetitionTracking | undefined
  readonly #durations = new Float64Array(boundsMs.length + 1)

  constructor(name: string, cached: boolean) {
    this.name = name
    this.cached = cached
  }

  /** Mean duration of a call, in milliseconds; 0 before the first has ended. */
  get meanMs(): number {
    return this.count === 0 ? 0 : this.totalMs / this.count
  }

  /** A call ended after so many milliseconds. */
  end(milliseconds: number): void {
    let bucket = 0
    while (bucket < boundsMs.length && milliseconds > (boundsMs[bucket] ?? 0)) bucket++
    this.#durations[bucket] = (this.#durations[bucket] ?? 0) + 1
    this.totalMs += milliseconds
    this.count++
  }

  collect(sink: MetricSink): void {
    const { name, count } = this
    const attributes = { 'code.function.name': name, 'pitwall.function.cached': String(this.cached) }
    sink.histogram(calls.duration, attributes, { counts: this.#durations, sum: this.totalMs / 1_000, count })
    sink.number(calls.active, { 'code.function.name': name }, this.active)
    sink.number(calls.errors, { 'code.function.name': name }, this.errors)
  }
}
