import { PerformanceObserver } from 'node:perf_hooks'

/** Shorter pauses explain no block. */
const MIN_PAUSE_MS = 1
/** Pauses that are kept until somebody asks. */
const MAX_PAUSES = 1_000

/** Remembers the last garbage collections. Node.js tells of them a moment after they happened. */
export class GcPauses {
  readonly #observer: PerformanceObserver
  #pauses: { readonly startMs: number; readonly durationMs: number }[] = []

  constructor() {
    this.#observer = new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries())
        if (duration >= MIN_PAUSE_MS) this.#pauses.push({ startMs: startTime, durationMs: duration })
      if (this.#pauses.length > MAX_PAUSES) this.#pauses.splice(0, this.#pauses.length - MAX_PAUSES)
    })
    this.#observer.observe({ entryTypes: ['gc'] })
  }

  /** Milliseconds of collections that began between two times of `performance.now()`; what was before the end is forgotten. */
  take(startMs: number, endMs: number): number {
    const before = this.#pauses.filter((pause) => pause.startMs < endMs)
    this.#pauses = this.#pauses.filter((pause) => pause.startMs >= endMs)
    return before.filter((pause) => pause.startMs >= startMs).reduce((sum, { durationMs }) => sum + durationMs, 0)
  }

  stop(): void {
    this.#observer.disconnect()
  }
}
