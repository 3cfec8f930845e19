import { constants, PerformanceObserver } from 'node:perf_hooks'
import { runtime } from '../contract/index.ts'
import { BucketCounts } from '../sampling/bucket-counts.ts'
import { overhead } from '../sampling/overhead.ts'
import { addSource } from '../telemetry/source.ts'
import type { Profiler } from './profiler.ts'

/** Kinds of collections as OpenTelemetry names them. The second bit is the young generation's mark-sweep of `--minor-ms`. */
const types = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [2, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
])

/** Pauses of the main thread for garbage collection. Node hands them over in batches, a moment after they happened. */
export default {
  start() {
    let milliseconds = 0
    const pauses = new Map<string, BucketCounts>()
    const record = (list: { getEntries(): { duration: number; detail?: unknown }[] }) => {
      for (const { duration, detail } of list.getEntries()) {
        milliseconds += duration
        pausesOf(pauses, typeOf(detail)).record(duration / 1_000)
      }
    }
    const observer = new PerformanceObserver((list) => overhead.time('gc', () => record(list)))
    observer.observe({ entryTypes: ['gc'] })
    const removeSource = addSource({
      collect(sink) {
        sink.number(runtime.gcTime, {}, milliseconds / 1_000)
        for (const [type, state] of pauses) sink.histogram(runtime.gcDuration, { 'v8js.gc.type': type }, state)
      },
    })
    return () => {
      observer.disconnect()
      removeSource()
    }
  },
} satisfies Profiler

function pausesOf(pauses: Map<string, BucketCounts>, type: string): BucketCounts {
  let state = pauses.get(type)
  if (state === undefined) pauses.set(type, (state = new BucketCounts(runtime.gcDuration.buckets)))
  return state
}

function typeOf(detail: unknown): string {
  const kind = typeof detail === 'object' && detail !== null && 'kind' in detail ? detail.kind : undefined
  return (typeof kind === 'number' ? types.get(kind) : undefined) ?? 'major'
}
