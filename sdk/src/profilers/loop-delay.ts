import { eventLoop } from '../contract/index.ts'
import { type Delays, watchLoopDelay } from '../sampling/loop-delay.ts'
import { busyShare, LoopUseReader } from '../sampling/loop-use.ts'
import { overhead } from '../sampling/overhead.ts'
import { Reading } from '../sampling/reading.ts'
import { addSource, type MetricSink } from '../telemetry/source.ts'
import type { Profiler } from './profiler.ts'

/** The levels are those of the last full stretch of this length, whoever asks and whenever. */
const WINDOW_MS = 10_000

/** How late the event loop runs, and how busy it is: totals, and levels of the last full ten seconds. Delays from Node 24 on. */
export default {
  start() {
    const loop = watchLoopDelay()
    const use = new LoopUseReader()
    const reading = new Reading('loop-delay', () => ({ delays: loop?.state(), used: use.read() }))
    let before = use.read()
    let window: Delays | undefined
    let utilization: number | undefined
    const next = () => {
      const now = use.read()
      utilization = busyShare(before, now)
      before = now
      window = loop?.nextWindow()
    }
    const timer = setInterval(() => overhead.time('loop-delay', next), WINDOW_MS).unref()
    const removeSource = addSource({
      collect(sink) {
        const { delays, used } = reading.value()
        if (delays !== undefined) sink.histogram(eventLoop.delay, {}, delays)
        sink.number(eventLoop.time, { 'nodejs.eventloop.state': 'active' }, used.activeMs / 1_000)
        sink.number(eventLoop.time, { 'nodejs.eventloop.state': 'idle' }, used.idleMs / 1_000)
        if (utilization !== undefined) sink.number(eventLoop.utilization, {}, utilization)
        if (window !== undefined) write(window, sink)
      },
    })
    return () => {
      clearInterval(timer)
      removeSource()
      loop?.stop()
      use.stop()
    }
  },
} satisfies Profiler

function write(window: Delays, sink: MetricSink): void {
  sink.number(eventLoop.delayMin, {}, window.min)
  sink.number(eventLoop.delayMax, {}, window.max)
  sink.number(eventLoop.delayMean, {}, window.mean)
  sink.number(eventLoop.delayStddev, {}, window.stddev)
  sink.number(eventLoop.delayP50, {}, window.p50)
  sink.number(eventLoop.delayP90, {}, window.p90)
  sink.number(eventLoop.delayP99, {}, window.p99)
}
