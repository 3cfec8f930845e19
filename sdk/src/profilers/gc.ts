import { PerformanceObserver } from 'node:perf_hooks'
import { runtime } from '../contract/index.ts'
import { BucketCounts } from '../sampling/bucket-counts.ts'
import { gcType } from '../sampling/gc-type.ts'
import { overhead } from '../sampling/overhead.ts'
import { addSource } from '../telemetry/source.ts'
import type { Profiler } from './profiler.ts'

/** Pauses of the main thread for garbage collection. Node hands them over in batches, a moment after they happened. */
export default {
  start() {
    let milliseconds = 0
    const pauses = new Map<string, BucketCounts>()
    const observer = new PerformanceObserver((list) =>
      overhead.time('gc', () => {
        for (const entry of list.getEntries()) {
          milliseconds += entry.duration
          pausesOf(pauses, gcType(entry) ?? 'other').record(entry.duration / 1_000)
        }
      }),
    )
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
