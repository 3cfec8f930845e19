/** Time, passed in wherever it is needed, so that tests move it instead of waiting for it. */
export interface Clock {
  /** Milliseconds on a monotonic clock, with fractions; only differences mean something. */
  now(): number
}

/** The real clock. */
export const systemClock: Clock = { now: () => performance.now() }
