import { setTimeout } from 'node:timers/promises'

/** Share of the interval that a start may be late at random, so that many optimizers do not ask at the same moment. */
const JITTER = 0.05

/** Time and chance, passed in so that tests move them. */
export interface ScheduleOptions {
  readonly signal: AbortSignal
  /** Milliseconds on a monotonic clock. */
  readonly now?: () => number
  /** Uniform in [0, 1). */
  readonly random?: () => number
  /** Resolves after some milliseconds, or at once when the signal aborts. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

/**
 * Runs a task now and then once every interval (milliseconds), until the signal aborts. Never two at a time: a start that
 * a slow run missed is left out, and the next one keeps to the grid, so that delays do not add up.
 */
export async function every(intervalMs: number, task: () => Promise<void>, options: ScheduleOptions): Promise<void> {
  const { signal, now = () => performance.now(), random = Math.random, sleep = interruptibleSleep } = options
  const first = now()
  while (!signal.aborted) {
    await task()
    const passed = Math.floor((now() - first) / intervalMs) + 1
    await sleep(first + passed * intervalMs + random() * JITTER * intervalMs - now(), signal)
  }
}

async function interruptibleSleep(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}
