/** What stayed after a major collection, and what accounts for some of it at that time. */
export interface HeapReading {
  /** Milliseconds on a monotonic clock. */
  readonly at: number
  readonly bytes: number
  /** Amounts that memory may go up and down with: calls under way, bytes and entries of caches. */
  readonly causes: readonly number[]
}

/** Lengths of windows: each level has windows four times as long as the one below it. */
export const LEVELS = 4
export const FACTOR = 4
/** Windows that a level keeps. */
export const KEPT = 32
/** Windows at the start of each level that do not count: a process that starts fills its memory. */
const WARM_UP = 8

interface Level {
  readonly windowMs: number
  /** Lowest readings of windows that are over, oldest first. */
  floors: readonly HeapReading[]
  index: number
  lowest: HeapReading | undefined
}

/**
 * The floor of memory: the lowest reading of each window, at four lengths of windows, so that quick growth is seen in
 * minutes and slow growth in hours. A window without a collection has none. Bounded: 4 times 32 readings.
 */
export class GrowthWindows {
  readonly #startedAt: number
  readonly #levels: readonly Level[]

  /** @param windowMs length of the shortest windows, milliseconds */
  constructor(startedAt: number, windowMs: number) {
    this.#startedAt = startedAt
    this.#levels = Array.from({ length: LEVELS }, (_, level) => ({
      windowMs: windowMs * FACTOR ** level,
      floors: [],
      index: 0,
      lowest: undefined,
    }))
  }

  /**
   * Adds a reading; `causes` is asked only where it is the lowest of a window so far, and where it does not know them the reading does not count.
   * @returns the levels that have another window that is over
   */
  add(at: number, bytes: number, causes: () => readonly number[] | undefined): number[] {
    const grown: number[] = []
    for (const [number, level] of this.#levels.entries()) {
      const index = Math.floor((at - this.#startedAt) / level.windowMs)
      if (index !== level.index && this.#endWindow(level, index)) grown.push(number)
    }
    const lowered = this.#levels.filter(({ index, lowest }) => index >= WARM_UP && (lowest === undefined || bytes < lowest.bytes))
    const known = lowered.length === 0 ? undefined : causes()
    if (known !== undefined) for (const level of lowered) level.lowest = { at, bytes, causes: known }
    return grown
  }

  /** Lowest readings of the last 32 windows of a level that are over, oldest first; fewer where there was no collection. */
  floors(level: number): readonly HeapReading[] {
    return this.#levels[level]?.floors ?? []
  }

  #endWindow(level: Level, index: number): boolean {
    const { lowest } = level
    const oldest = this.#startedAt + (index - KEPT) * level.windowMs
    level.floors = [...level.floors, ...(lowest === undefined ? [] : [lowest])].filter(({ at }) => at >= oldest)
    level.index = index
    level.lowest = undefined
    return lowest !== undefined
  }
}
