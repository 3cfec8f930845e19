import { type Histogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { eventLoop } from '../contract/index.ts'
import type { HistogramState } from '../telemetry/source.ts'

/**
 * From Node 24 on libuv times every turn of the loop, exactly and for nothing. Before, only a timer could be looked at:
 * with one of 100 ms blocks of 40 ms were not seen at all, and one of 10 ms takes half a percent of a core (measured).
 */
export const timesEveryTurn: boolean = Number.parseInt(process.versions.node) >= 24

/** Delays of a stretch of time, in seconds. */
export interface Delays {
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly stddev: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

/** How long the turns of the event loop take, in a histogram of our own; undefined before Node 24, where it is not known. */
export function watchLoopDelay(): LoopDelay | undefined {
  return timesEveryTurn ? new LoopDelay() : undefined
}

/** Delays of the event loop. */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ samplePerIteration: true })
  readonly #started: NodeJS.Immediate
  readonly #before = new Float64Array(eventLoop.delay.buckets.length + 1)
  #sumBefore = 0

  constructor() {
    this.#histogram.enable()
    // The turn that begins it would count the wait that follows as well.
    this.#started = setImmediate(() => this.#histogram.reset()).unref()
  }

  /** All delays since the beginning, over the contract's buckets; reading changes nothing. */
  state(): HistogramState {
    const counts = this.#before.slice()
    addCounts(this.#histogram, counts)
    return { counts, sum: this.#sumBefore + sumOf(this.#histogram), count: counts.reduce((sum, count) => sum + count, 0) }
  }

  /** What has been since the last call of this, and begins anew; undefined where nothing was. */
  nextWindow(): Delays | undefined {
    const window = this.#histogram.count > 0 ? delaysOf(this.#histogram) : undefined
    addCounts(this.#histogram, this.#before)
    this.#sumBefore += sumOf(this.#histogram)
    this.#histogram.reset()
    return window
  }

  stop(): void {
    clearImmediate(this.#started)
    this.#histogram.disable()
  }
}

function delaysOf(histogram: Histogram): Delays {
  return {
    min: histogram.min / 1e9,
    max: histogram.max / 1e9,
    mean: histogram.mean / 1e9,
    stddev: histogram.stddev / 1e9,
    p50: histogram.percentile(50) / 1e9,
    p90: histogram.percentile(90) / 1e9,
    p99: histogram.percentile(99) / 1e9,
  }
}

function sumOf(histogram: Histogram): number {
  return histogram.count === 0 ? 0 : (histogram.mean / 1e9) * histogram.count
}

/** Adds the histogram's values to counts per bucket: a search for the rank at each bound, as its own percentiles skip values. */
function addCounts(histogram: Histogram, counts: Float64Array): void {
  const { count } = histogram
  if (count === 0) return
  const [min, max] = [histogram.min / 1e9, histogram.max / 1e9]
  let below = 0
  for (const [index, bound] of eventLoop.delay.buckets.entries()) {
    if (min > bound) continue
    const upTo = max <= bound ? count : rankOf(histogram, count, bound, below)
    counts[index] = (counts[index] ?? 0) + upTo - below
    below = upTo
    if (below === count) return
  }
  counts[counts.length - 1] = (counts.at(-1) ?? 0) + count - below
}

/** How many of the values are at most the bound, of which at least so many are known to be. */
function rankOf(histogram: Histogram, count: number, bound: number, known: number): number {
  let low = known
  let high = count
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (histogram.percentile((100 * middle) / count) / 1e9 <= bound) low = middle
    else high = middle - 1
  }
  return low
}
