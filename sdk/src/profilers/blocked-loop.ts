import { isMainThread } from 'node:worker_threads'
import { diag } from '@opentelemetry/api'
import { reason as reasonOf } from '../telemetry/diagnostics.ts'
import { obstacle } from '../watchdog/obstacle.ts'
import type { Profiler } from './profiler.ts'

/** What an agent loads and sets up in its first moments is its start, not a block, in milliseconds; nor do short programs pay for a thread. */
const START_AFTER_MS = 1_000
const LAYER = 'blocked-loop'

/**
 * Names the function that holds the event loop, also while it is in a native call, and tells code from garbage collection
 * and from the host. A thread watches the turns of the main thread's loop; other threads of the agent are not watched.
 */
export default {
  priority: 40,
  start() {
    if (!isMainThread) return () => {}
    let stop = () => {}
    let stopped = false
    const timer = setTimeout(() => {
      const found = obstacle()
      if (found !== undefined) return standBack(found)
      // Nothing of it is loaded before it is needed.
      import('../watchdog/watchdog.ts')
        .then(({ startWatchdog }) => {
          if (!stopped) stop = startWatchdog(LAYER, standBack)
        })
        .catch((error: unknown) => standBack(reasonOf(error)))
    }, START_AFTER_MS).unref()
    return () => {
      stopped = true
      clearTimeout(timer)
      stop()
    }
  },
} satisfies Profiler

function standBack(reason: string): void {
  diag.warn(`functions that block the event loop are not named, because ${reason}. The agent runs on unaffected.`)
}
