import { type Histogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { eventLoop } from '../contract/index.ts'
import type { HistogramState } from '../telemetry/source.ts'

/** From Node 24 on libuv times every turn of the loop; before, a timer of this many milliseconds is looked at, for 0.05 % of a core. */
const RESOLUTION_MS = 100
const everyTurn = Number.parseInt(process.versions.node) >= 24

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

/** Delays of the event loop, in a histogram of our own. */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS, samplePerIteration: everyTurn })
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

/** Nanoseconds of a timer's interval, or of a turn → seconds of delay. */
function delay(nanoseconds: number): number {
  return everyTurn ? nanoseconds / 1e9 : Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1_000)
}

function delaysOf(histogram: Histogram): Delays {
  return {
    min: delay(histogram.min),
    max: delay(histogram.max),
    mean: delay(histogram.mean),
    stddev: histogram.stddev / 1e9,
    p50: delay(histogram.percentile(50)),
    p90: delay(histogram.percentile(90)),
    p99: delay(histogram.percentile(99)),
  }
}

function sumOf(histogram: Histogram): number {
  return histogram.count === 0 ? 0 : delay(histogram.mean) * histogram.count
}

/** Adds the histogram's values to counts per bucket: a search for the rank at each bound, as its own percentiles skip values. */
function addCounts(histogram: Histogram, counts: Float64Array): void {
  const { count } = histogram
  if (count === 0) return
  const [min, max] = [delay(histogram.min), delay(histogram.max)]
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
    if (delay(histogram.percentile((100 * middle) / count)) <= bound) low = middle
    else high = middle - 1
  }
  return low
}
