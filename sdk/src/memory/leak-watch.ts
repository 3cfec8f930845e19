import { FACTOR, GrowthWindows, type HeapReading } from './growth-windows.ts'
import { established, goesOn, growthOf, type HeapGrowth, suspected } from './heap-growth.ts'

/**
 * Growth in 32 windows, by what stays, from which on it is a leak: 8 minutes, 32, 2.1 hours, 8.5 hours. What grows by less is judged by the
 * longest, because caches that nobody knows fill for an hour or two.
 */
const LEAST_SHARES = [0.1, 0.1, 0.1, 0.04]

/** Evaluations in a row that must find a leak, and that must find that it has stopped. */
const TO_BEGIN = 2
const TO_END = 4
/** Windows without a collection after which nothing is known any more. */
const LAPSES_AFTER = 8

/** Decides from readings of the heap whether there is a leak: established when growth is found twice in a row, over when it has stopped for a while. */
export class LeakWatch {
  readonly #windows: GrowthWindows
  /** Evaluations in a row that found growth, by level. */
  readonly #found: number[] = []
  readonly #suspicious = new Set<number>()
  #level: number | undefined
  #growth: HeapGrowth | undefined
  #notFound = 0
  readonly #windowMs: number
  #lastAt = 0

  /** @param windowMs length of the shortest windows, milliseconds; the longest are 64 times as long */
  constructor(startedAt: number, windowMs: number) {
    this.#windows = new GrowthWindows(startedAt, windowMs)
    this.#windowMs = windowMs
  }

  /** The leak, while one is established. */
  get growth(): HeapGrowth | undefined {
    return this.#growth
  }

  /** The same at a moment; undefined where there has been no collection for so long that it is not known whether it goes on. */
  growthAt(now: number): HeapGrowth | undefined {
    const windowMs = this.#windowMs * FACTOR ** (this.#level ?? 0)
    return now - this.#lastAt <= LAPSES_AFTER * windowMs ? this.#growth : undefined
  }

  /** Whether it is worth knowing who allocates what stays. */
  get isSuspected(): boolean {
    return this.#growth !== undefined || this.#suspicious.size > 0
  }

  /** What stayed after a major collection. @param causes amounts that may account for it, asked only where they are needed; undefined where they are not known */
  add(at: number, bytes: number, causes: () => readonly number[] | undefined): void {
    if (this.growthAt(at) === undefined) this.#end()
    this.#lastAt = at
    for (const level of this.#windows.add(at, bytes, causes)) this.#evaluate(level)
  }

  #evaluate(level: number): void {
    const floors = this.#windows.floors(level)
    const leastShare = LEAST_SHARES[level] ?? Infinity
    const growth = growthOf(floors, established, leastShare)
    const suspicion = growthOf(floors, suspected, leastShare / 2)
    if (suspicion === undefined) this.#suspicious.delete(level)
    else this.#suspicious.add(level)
    if (level === this.#level) this.#goOn(floors, growth ?? suspicion ?? this.#growth)
    this.#found[level] = growth === undefined ? 0 : (this.#found[level] ?? 0) + 1
    if (this.#level === undefined && growth !== undefined && (this.#found[level] ?? 0) >= TO_BEGIN) {
      this.#level = level
      this.#growth = growth
      this.#notFound = 0
    }
  }

  #goOn(floors: readonly HeapReading[], growth: HeapGrowth | undefined): void {
    this.#growth = growth
    this.#notFound = growth !== undefined && goesOn(floors, growth) ? 0 : this.#notFound + 1
    if (this.#notFound >= TO_END) this.#end()
  }

  #end(): void {
    this.#level = undefined
    this.#growth = undefined
  }
}
