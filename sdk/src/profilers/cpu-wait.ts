import { diag } from '@opentelemetry/api'
import { systemClock } from '../clock.ts'
import { CallFollowing } from '../sampling/call-following.ts'
import { knownStatistics } from '../sampling/known-functions.ts'
import { overhead } from '../sampling/overhead.ts'
import { addSegmentSource } from '../profiles/segments.ts'
import { followedSegments, SegmentRing, segmentsBetween } from '../sampling/segment-ring.ts'
import { followsTasks, hookTasks } from '../sampling/task-hooks.ts'
import { addSource } from '../telemetry/source.ts'
import type { Profiler } from './profiler.ts'

/** How the time of profiled functions divides between the event loop and waiting. Not known where Node cannot tell it cheaply. */
export default {
  priority: 30,
  start() {
    if (!followsTasks) {
      diag.info('what functions wait for is not known: it takes Node 24, or 22 with --experimental-async-context-frame.')
      return () => {}
    }
    let used = performance.eventLoopUtilization()
    const following = new CallFollowing({
      clock: systemClock,
      random: Math.random,
      functions: () => [...knownStatistics().values()].flat(),
      hook: hookTasks,
      spent: (milliseconds) => overhead.add('cpu-wait', milliseconds),
      ring: followedSegments,
      busy() {
        const before = used
        used = performance.eventLoopUtilization()
        return performance.eventLoopUtilization(used, before).utilization
      },
    })
    const removeSource = addSource(following)
    const release = overhead.holds('cpu-wait', () => SegmentRing.BYTES)
    const removeSegments = addSegmentSource(segmentsBetween)
    const stop = following.start()
    return () => {
      stop()
      removeSegments()
      release()
      removeSource()
    }
  },
} satisfies Profiler
