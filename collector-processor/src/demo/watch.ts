import { setTimeout as sleep } from 'node:timers/promises'
import { type Report } from '../recommendation/recommendation.ts'

/** What is watched, and how long. */
export interface WatchOptions {
  /** One evaluation of the optimizer. */
  readonly cycle: () => Promise<Report>
  /** Whether a report is what was waited for. */
  readonly until: (report: Report) => boolean
  /** Whether it is no use to wait longer. */
  readonly over: () => boolean
  /** Pause between two evaluations, in milliseconds. */
  readonly pauseMs: number
  readonly signal: AbortSignal
}

/** Lets the optimizer evaluate until a report is what was waited for; undefined when it never came. */
export async function watch({ cycle, until, over, pauseMs, signal }: WatchOptions): Promise<Report | undefined> {
  while (!signal.aborted && !over()) {
    const report = await cycle()
    if (until(report)) return report
    await pause(pauseMs, signal)
  }
  return undefined
}

/** Waits so many milliseconds, or until the signal aborts. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0) await sleep(milliseconds, undefined, { signal }).catch(() => {})
}
