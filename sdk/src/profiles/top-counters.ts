/** How much of what a key had counts still at the next window: a few minutes of windows of ten seconds. */
const DECAY = 0.95
/** Keys with less than this share of everything stay with the rest. */
const MIN_SHARE = 0.005
/** A key takes the place of another only when it is clearly larger, so that two of like size do not take turns. */
const LEAD = 2
/** Keys whose size is followed, shown or not. */
const MAX_FOLLOWED = 1_000

/**
 * Counters of the largest keys, and one of the rest. None ever falls: a key that leaves the largest counts for the rest from then
 * on, and one that comes back goes on where it was. What a key had before it was shown has been counted for the rest.
 * Bounded: so many are shown at a time, and so many different ones ever.
 */
export class TopCounters {
  readonly #shownAtMost: number
  readonly #everAtMost: number
  readonly #least: number
  /** Recent size of keys. */
  readonly #sizes = new Map<string, number>()
  /** Totals of every key that was ever shown. */
  readonly #totals = new Map<string, number>()
  readonly #shown = new Set<string>()
  #rest = 0

  /**
   * @param shownAtMost counters at a time, beside the one of the rest
   * @param everAtMost different keys that a process shows in its life
   * @param least recent amount below which a key is not shown, because chance may have made it
   */
  constructor(shownAtMost: number, everAtMost: number, least: number) {
    this.#shownAtMost = shownAtMost
    this.#everAtMost = everAtMost
    this.#least = least
  }

  /** Total of what did not count for a key. */
  get rest(): number {
    return this.#rest
  }

  /** Counts what each key took in one window; no amount is negative. */
  add(window: ReadonlyMap<string, number>): void {
    this.#follow(window)
    this.#choose()
    for (const [key, amount] of window) {
      if (this.#shown.has(key)) this.#totals.set(key, (this.#totals.get(key) ?? 0) + amount)
      else this.#rest += amount
    }
  }

  /** Keys that are shown, with their totals. */
  *entries(): IterableIterator<readonly [key: string, total: number]> {
    for (const key of this.#shown) yield [key, this.#totals.get(key) ?? 0]
  }

  #follow(window: ReadonlyMap<string, number>): void {
    for (const [key, size] of this.#sizes) this.#sizes.set(key, size * DECAY)
    for (const [key, amount] of window) this.#sizes.set(key, this.#sizeOf(key) + amount)
    if (this.#sizes.size <= MAX_FOLLOWED) return
    for (const key of this.#bySize(this.#sizes.keys()).slice(MAX_FOLLOWED)) this.#sizes.delete(key)
  }

  #choose(): void {
    const least = Math.max(this.#least, MIN_SHARE * [...this.#sizes.values()].reduce((sum, size) => sum + size, 0))
    const hidden = [...this.#sizes.keys()].filter((key) => !this.#shown.has(key) && this.#sizeOf(key) > least && this.#mayBeShown(key))
    const shown = this.#bySize(this.#shown)
    for (const key of this.#bySize(hidden)) {
      if (!this.#mayBeShown(key)) continue
      if (this.#shown.size >= this.#shownAtMost) {
        const smallest = shown.pop()
        if (smallest === undefined || this.#sizeOf(key) <= LEAD * this.#sizeOf(smallest)) return
        this.#shown.delete(smallest)
      }
      this.#shown.add(key)
      if (!this.#totals.has(key)) this.#totals.set(key, 0)
    }
  }

  #mayBeShown(key: string): boolean {
    return this.#totals.has(key) || this.#totals.size < this.#everAtMost
  }

  #sizeOf(key: string): number {
    return this.#sizes.get(key) ?? 0
  }

  #bySize(keys: Iterable<string>): string[] {
    return [...keys].toSorted((one, other) => this.#sizeOf(other) - this.#sizeOf(one))
  }
}
