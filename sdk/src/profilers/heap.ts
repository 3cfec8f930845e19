import { getHeapSpaceStatistics, getHeapStatistics, type HeapSpaceInfo } from 'node:v8'
import { heap } from '../contract/index.ts'
import { ownSemiSpaceLimit } from '../sampling/heap-limits.ts'
import { oldBytes, onMajorCollection } from '../sampling/major-collections.ts'
import { overhead } from '../sampling/overhead.ts'
import { Reading } from '../sampling/reading.ts'
import { addSource, type MetricSink } from '../telemetry/source.ts'
import type { Profiler } from './profiler.ts'

/** Spaces of V8's heap, what the last major collection left in it, and its limits. */
export default {
  start() {
    const semiSpace = ownSemiSpaceLimit()
    let afterGc: number | undefined
    const stopWatching = onMajorCollection(() => overhead.time('heap', () => (afterGc = oldBytes())))
    const reading = new Reading('heap', () => ({ spaces: getHeapSpaceStatistics(), whole: getHeapStatistics() }))
    const removeSource = addSource({
      collect(sink) {
        const { spaces, whole } = reading.value()
        for (const space of spaces) if (space.space_size > 0) writeSpace(space, sink)
        sink.number(heap.external, {}, whole.external_memory)
        sink.number(heap.limit, {}, whole.heap_size_limit)
        if (semiSpace !== undefined) sink.number(heap.semiSpaceLimit, {}, semiSpace)
        if (afterGc !== undefined) sink.number(heap.afterGc, {}, afterGc)
      },
    })
    return () => {
      stopWatching()
      removeSource()
    }
  },
} satisfies Profiler

function writeSpace(space: HeapSpaceInfo, sink: MetricSink): void {
  const attributes = { 'v8js.heap.space.name': space.space_name }
  sink.number(heap.used, attributes, space.space_used_size)
  sink.number(heap.spaceSize, attributes, space.space_size)
  sink.number(heap.spaceAvailable, attributes, space.space_available_size)
  sink.number(heap.spacePhysical, attributes, space.physical_space_size)
}
