import { GCProfiler } from 'node:v8'
import { ownSemiSpaceLimit } from '../sampling/heap-limits.ts'
import { overhead } from '../sampling/overhead.ts'
import { Scavenges } from '../sampling/scavenges.ts'
import { addSource } from '../telemetry/source.ts'
import type { Profiler } from './profiler.ts'

/**
 * V8 keeps 3.5 kB of each collection until its profiler is stopped, so that it runs a fiftieth of the time. A window that
 * a long block of the loop falls into lasts as long as the block.
 */
const WINDOW_MS = 200
const EVERY_MS = 10_000

/** What becomes of young objects, and whether more room for them would change anything: from some scavenges of all. */
export default {
  start() {
    const scavenges = new Scavenges(ownSemiSpaceLimit())
    const removeSource = addSource(scavenges)
    let running: GCProfiler | undefined
    let timer = setTimeout(begin, EVERY_MS - WINDOW_MS).unref()
    function begin() {
      running = new GCProfiler()
      running.start()
      timer = setTimeout(end, WINDOW_MS).unref()
    }
    function end() {
      overhead.time('scavenges', () => {
        const result = running?.stop()
        running = undefined
        if (result !== undefined) scavenges.add(result)
      })
      timer = setTimeout(begin, EVERY_MS - WINDOW_MS).unref()
    }
    return () => {
      clearTimeout(timer)
      running?.stop()
      removeSource()
    }
  },
} satisfies Profiler
