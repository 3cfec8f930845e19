import { type Histogram, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import { BlockedTimeWatch } from '../sampling/blocked-time-watch.ts'
import { BLOCK_THRESHOLD_MS, blockedTime } from '../sampling/blocked-time.ts'
import { timesEveryTurn } from '../sampling/loop-delay.ts'
import type { Profiler } from './profiler.ts'

const INTERVAL_MS = 1_000
/** Shorter collections are part of the work that caused them. */
const MIN_PAUSE_MS = 10
/** Before Node 24 the delay is sampled by a timer of this many milliseconds, and on average half of it is no delay. */
const RESOLUTION_MS = 20

/** Time that the loop stood still and that no profiled function has reported, by its cause. */
export default {
  start() {
    const delays = loopDelays()
    const pauses = longPauses()
    const watch = new BlockedTimeWatch(blockedTime)
    const timer = setInterval(() => watch.interval(delays.take(), pauses.take()), INTERVAL_MS).unref()
    return () => {
      clearInterval(timer)
      delays.stop()
      pauses.stop()
    }
  },
} satisfies Profiler

/**
 * Time in iterations of the loop that were longer than the threshold. The histogram is our own, so that other readers do
 * not disturb it. On Node 24 libuv times every iteration, exactly and for 0.002 % of a core; before, a timer samples.
 */
function loopDelays() {
  const options = { resolution: RESOLUTION_MS, samplePerIteration: timesEveryTurn }
  const histogram = monitorEventLoopDelay(options)
  histogram.enable()
  // What loading the agent took until now is its start, not a block.
  const started = setImmediate(() => histogram.reset()).unref()
  return {
    take(): number {
      // To begin anew takes 0.1 to 0.3 ms, which is not for every second.
      if (histogram.max / 1e6 < BLOCK_THRESHOLD_MS) return 0
      const blocked = timeAboveThreshold(histogram, timesEveryTurn ? 0 : RESOLUTION_MS / 2)
      histogram.reset()
      return blocked
    },
    stop() {
      clearImmediate(started)
      histogram.disable()
    },
  }
}

/** Sum of the delays above the threshold, in milliseconds: the histogram's values from the largest down, a few a second. */
function timeAboveThreshold(histogram: Histogram, excessMs: number): number {
  let sum = 0
  for (let rank = histogram.count; rank > 0; rank--) {
    const delayMs = histogram.percentile((100 * rank) / histogram.count) / 1e6 - excessMs
    if (delayMs < BLOCK_THRESHOLD_MS) break
    sum += delayMs
  }
  return sum
}

/** Time of long garbage collections that has become known. */
function longPauses() {
  let milliseconds = 0
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) if (duration >= MIN_PAUSE_MS) milliseconds += duration
  })
  observer.observe({ entryTypes: ['gc'] })
  return {
    take(): number {
      const taken = milliseconds
      milliseconds = 0
      return taken
    },
    stop: () => observer.disconnect(),
  }
}
