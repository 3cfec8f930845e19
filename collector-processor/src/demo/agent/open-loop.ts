import { setTimeout as sleep } from 'node:timers/promises'
import { type Clock, systemClock } from '@pitwall/sdk'
import type { ScheduledCall } from '../arrivals.ts'

/** Who makes the calls, and until when. */
export interface OpenLoopOptions {
  /** Makes one call; must not throw. Nobody waits for it here. */
  readonly call: (call: ScheduledCall) => void
  readonly signal: AbortSignal
  readonly clock?: Clock
}

/**
 * Makes every call at its own time, whatever the earlier ones cost (an open loop): a closed one would call more often after a
 * speed-up, and before and after could not be compared. Lateness is caught up, never added up.
 */
export async function openLoop(calls: Iterable<ScheduledCall>, options: OpenLoopOptions): Promise<void> {
  const { call, signal, clock = systemClock } = options
  const start = clock.now()
  for (const next of calls) {
    const aheadMs = next.atMs - (clock.now() - start)
    if (aheadMs > 0) await sleep(aheadMs, undefined, { signal }).catch(() => {})
    if (signal.aborted) return
    call(next)
  }
}
