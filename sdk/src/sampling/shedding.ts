/** What the SDK may take for itself. */
export interface Budget {
  /** Share of one core, above 0 and at most 1. */
  readonly share: number
  /** Bytes of memory. */
  readonly bytes: number
}

/** What is to be done about it. */
export type Verdict = 'shed' | 'return' | 'stay'

/** How long the SDK may take twice its share, or more memory than it may, before a layer goes. Half of it at three times the share, and so on. */
const WINDOW_MS = 60_000
/** Share of the budget that may be used without the layers that were shed, for one of them to return. */
const ROOM = 0.8
/** How long there must be room before a layer returns; twice as long after each return that failed. */
const SHORTEST_PATIENCE_MS = 5 * 60_000
const LONGEST_PATIENCE_MS = 6 * 3_600_000

/**
 * Decides when a layer of the SDK is to be shed, and when one may return. Times that are above the budget add up and times below it
 * make up for them (a one-sided cumulative sum, Page 1954), so that a layer goes neither for one expensive moment nor while the
 * mean is within the budget. A return that fails doubles the wait for the next one, so that layers do not come and go.
 */
export class Shedding {
  readonly #budget: Budget
  #lookedAt: number
  #spentMs: number
  #excessMs = 0
  #crowdedSince: number | undefined
  #roomSince: number | undefined
  #patienceMs = SHORTEST_PATIENCE_MS
  #returnedAt: number | undefined

  /**
   * @param now milliseconds on a monotonic clock
   * @param spentMs milliseconds that the SDK has taken so far
   */
  constructor(budget: Budget, now: number, spentMs: number) {
    this.#budget = budget
    this.#lookedAt = now
    this.#spentMs = spentMs
  }

  /**
   * Looks at what has been taken since the last look, some seconds ago. What comes of the verdict is told by `shed` or `returned`.
   * @param heldBytes bytes that the SDK holds now
   */
  look(now: number, spentMs: number, heldBytes: number): Verdict {
    const spent = spentMs - this.#spentMs
    const allowed = (now - this.#lookedAt) * this.#budget.share
    this.#excessMs = Math.max(0, this.#excessMs + spent - allowed)
    this.#crowdedSince = heldBytes > this.#budget.bytes ? (this.#crowdedSince ?? now) : undefined
    const isRoomy = spent <= allowed * ROOM && heldBytes <= this.#budget.bytes * ROOM
    this.#roomSince = isRoomy ? (this.#roomSince ?? this.#lookedAt) : undefined
    this.#lookedAt = now
    this.#spentMs = spentMs
    if (this.#excessMs > WINDOW_MS * this.#budget.share) return 'shed'
    if (this.#crowdedSince !== undefined && now - this.#crowdedSince >= WINDOW_MS) return 'shed'
    this.#judgeReturn(now)
    return this.#roomSince !== undefined && now - this.#roomSince >= this.#patienceMs ? 'return' : 'stay'
  }

  /** A layer was shed. */
  shed(): void {
    if (this.#returnedAt !== undefined) this.#patienceMs = Math.min(LONGEST_PATIENCE_MS, 2 * this.#patienceMs)
    this.#returnedAt = undefined
    this.#beginAnew()
  }

  /** A layer has returned. */
  returned(now: number): void {
    this.#returnedAt = now
    this.#beginAnew()
  }

  #beginAnew(): void {
    this.#excessMs = 0
    this.#crowdedSince = undefined
    this.#roomSince = undefined
  }

  /** A return has succeeded when it has lasted as long as it was waited for, and nothing above the budget has added up meanwhile. */
  #judgeReturn(now: number): void {
    if (this.#returnedAt === undefined || now - this.#returnedAt < this.#patienceMs) return
    if (this.#excessMs > 0 || this.#crowdedSince !== undefined) return
    this.#patienceMs = SHORTEST_PATIENCE_MS
    this.#returnedAt = undefined
  }
}
