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

/** Numbers of an interval in the ring: when it began, its calls, and what they took together. */
const FIELDS = 3

/** The calls of a function by intervals of equal length, the latest ones, in a ring that is as long as the settings say. */
export class CallHistory {
  readonly #settings: HistorySettings
  readonly #intervalMs: number
  /** Made when the first interval is over: few functions of a short process come that far. */
  #ring: Float64Array | undefined
  #next = 0
  #startMs = 0
  #endMs = -Infinity
  #calls = 0
  #totalMs = 0

  constructor(settings: HistorySettings) {
    this.#settings = settings
    this.#intervalMs = settings.ageMs / settings.intervals
  }

  /**
   * Calls that ended.
   * @param ended the duration of each, and when they ended, in a typed array, where V8 needs no boxes for them
   */
  add(calls: number, ended: Float64Array): void {
    const now = ended[1] ?? 0
    if (now >= this.#endMs) this.#begin(now)
    this.#calls += calls
    this.#totalMs += (ended[0] ?? 0) * calls
  }

  /** The intervals with calls that are not older than the settings say, oldest first; the one that is going on is left out. */
  points(now: number): HistoryPoint[] {
    if (now >= this.#endMs) this.#begin(now)
    const points: HistoryPoint[] = []
    const { ageMs, intervals } = this.#settings
    for (let index = 0; this.#ring !== undefined && index < intervals; index++) {
      const place = ((this.#next + index) % intervals) * FIELDS
      const [startMs = 0, calls = 0, totalMs = 0] = this.#ring.subarray(place, place + FIELDS)
      if (calls > 0 && startMs > now - ageMs - this.#intervalMs) points.push({ startMs, calls, totalMs })
    }
    return points
  }

  #begin(now: number): void {
    const { intervals } = this.#settings
    if (this.#calls > 0) {
      this.#ring ??= new Float64Array(intervals * FIELDS)
      this.#ring.set([this.#startMs, this.#calls, this.#totalMs], this.#next * FIELDS)
      this.#next = (this.#next + 1) % intervals
    }
    this.#startMs = Math.floor(now / this.#intervalMs) * this.#intervalMs
    this.#endMs = this.#startMs + this.#intervalMs
    this.#calls = 0
    this.#totalMs = 0
  }
}
