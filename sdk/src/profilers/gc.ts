import { PerformanceObserver } from 'node:perf_hooks'
import { runtime } from '../contract/index.ts'
import { addSource } from '../telemetry/source.ts'
import type { Profiler } from './profiler.ts'

/** Time that garbage collection stopped the main thread. Node hands over the pauses in batches, a moment after they happened. */
export default {
  start() {
    let milliseconds = 0
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) milliseconds += duration
    })
    observer.observe({ entryTypes: ['gc'] })
    const removeSource = addSource({ collect: (sink) => sink.number(runtime.gcTime, {}, milliseconds / 1_000) })
    return () => {
      observer.disconnect()
      removeSource()
    }
  },
} satisfies Profiler
