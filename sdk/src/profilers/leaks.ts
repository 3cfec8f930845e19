import { getHeapStatistics } from 'node:v8'
import { diag } from '@opentelemetry/api'
import { type Clock, systemClock } from '../clock.ts'
import { leak } from '../contract/index.ts'
import { leakSites } from '../memory/leak-sites.ts'
import { LeakWarnings } from '../memory/leak-warnings.ts'
import { LeakWatch } from '../memory/leak-watch.ts'
import { MemoryCauses } from '../memory/memory-causes.ts'
import { oldBytes, onMajorCollection } from '../sampling/major-collections.ts'
import { overhead } from '../sampling/overhead.ts'
import { addSource } from '../telemetry/source.ts'
import type { Profiler } from './profiler.ts'

/** The longest windows are 64 times as long, and 32 of them are looked at: 8 minutes to 8.5 hours. */
const WINDOW_MS = 15_000
/** Windows that a warning waits for the sites: two windows of the profile of allocations. */
const PATIENCE = 40
/** At most so many readings are kept, of about so many bytes. */
const HELD_BYTES = 4 * 33 * 150

/** Options of `leakProfiler`. */
export interface LeakProfilerOptions {
  /** Length of the shortest windows, milliseconds; default 15,000. The longest are 64 times as long, and a leak is looked for in 32 of each length. */
  readonly windowMs?: number
  /** Default: the system's. */
  readonly clock?: Clock
}

/**
 * Memory that only grows: what stays after major garbage collections, on the heap and of Buffers, less what our caches and the calls under way
 * account for. Nothing is forced: a process that makes no major collection is not judged.
 */
export function leakProfiler({ windowMs = WINDOW_MS, clock = systemClock }: LeakProfilerOptions = {}): Profiler {
  return {
    priority: 50,
    start() {
      const watch = new LeakWatch(clock.now(), windowMs)
      const warnings = new LeakWarnings(PATIENCE * windowMs)
      const causes = new MemoryCauses(clock)
      const look = () => {
        const now = clock.now()
        watch.add(now, oldBytes() + getHeapStatistics().external_memory, () => causes.read())
        leakSites.expect(watch.isSuspected, watch.growth !== undefined)
        const warning = warnings.next(now, watch.growth, leakSites.growth())
        if (warning !== undefined) diag.warn(warning)
      }
      const stopWatching = onMajorCollection(() => overhead.time('leaks', look))
      const release = overhead.holds('leaks', () => HELD_BYTES)
      const removeSource = addSource({
        collect(sink) {
          const growth = watch.growthAt(clock.now())
          if (growth === undefined) return
          sink.number(leak.growth, {}, growth.bytesPerHour)
          for (const [name, perHour] of leakSites.growth()) sink.number(leak.siteGrowth, name, perHour)
        },
      })
      return () => {
        stopWatching()
        release()
        removeSource()
        leakSites.expect(false, false)
      }
    },
  }
}

export default leakProfiler()
