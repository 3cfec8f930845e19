/** How much of the calls of a function is remembered by time. */
export interface HistorySettings {
  /** Milliseconds after which an interval is forgotten. */
  readonly ageMs: number
  /** Intervals that this time is divided into. */
  readonly intervals: number
}

/** Calls of one interval. */
export interface HistoryPoint {
  /** When the interval began, in milliseconds of the function's clock. */
  readonly startMs: number
  readonly calls: number
  readonly totalMs: number
}

/** The calls of a function by intervals of equal length, the latest ones, in a ring that is as long as the settings say. */
export class CallHistory {
  readonly #settings: HistorySettings
  readonly #intervalMs: number
  #ring: HistoryPoint[] = []
  #next = 0
  #startMs = 0
  #endMs = -Infinity
  #calls = 0
  #totalMs = 0

  constructor(settings: HistorySettings) {
    this.#settings = settings
    this.#intervalMs = settings.ageMs / settings.intervals
  }

  /** Calls that ended by now: their number, and what they took together. */
  add(calls: number, totalMs: number, now: number): void {
    if (now >= this.#endMs) this.#begin(now)
    this.#calls += calls
    this.#totalMs += totalMs
  }

  /** The intervals with calls that are not older than the settings say, oldest first; the one that is going on is left out. */
  points(now: number): HistoryPoint[] {
    if (now >= this.#endMs) this.#begin(now)
    const inOrder = [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)]
    return inOrder.filter(({ startMs }) => startMs > now - this.#settings.ageMs - this.#intervalMs)
  }

  #begin(now: number): void {
    if (this.#calls > 0) {
      this.#ring[this.#next] = { startMs: this.#startMs, calls: this.#calls, totalMs: this.#totalMs }
      this.#next = (this.#next + 1) % this.#settings.intervals
    }
    this.#startMs = Math.floor(now / this.#intervalMs) * this.#intervalMs
    this.#endMs = this.#startMs + this.#intervalMs
    this.#calls = 0
    this.#totalMs = 0
  }
}
