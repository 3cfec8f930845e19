/** Time, passed in wherever it is needed, so that tests move it instead of waiting for it. */
export interface Clock {
  /** Milliseconds on a monotonic clock, with fractions; only differences mean something. */
  now(): number
  /**
   * Calls `action` once, in so many milliseconds; returns what takes that back. A clock without it has the system's timers.
   * @param background whether the process may end before, because nobody waits for it
   */
  after?(ms: number, action: () => void, background: boolean): () => void
}

/** The real clock. */
export const systemClock: Clock = { now: () => performance.now() }

/** Longest time that a timer of Node.js can be set to, milliseconds: with a longer one it would be over at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** `clock.after`, or the system's timers. Times beyond 24 days never come. */
export function after(clock: Clock, ms: number, action: () => void, background: boolean = false): () => void {
  if (clock.after !== undefined) return clock.after(ms, action, background)
  if (ms > LONGEST_TIMER_MS) return () => {}
  const timer = setTimeout(action, ms)
  if (background) timer.unref()
  return () => clearTimeout(timer)
}
