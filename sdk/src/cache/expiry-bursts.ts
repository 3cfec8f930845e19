/** Seconds that are held open, because loads end in another order than they began. Longer loads are left out. */
const OPEN = 64

/** So many reloads within a second are a burst, where that is so many times the usual number. */
const BURST = 8
const TIMES_USUAL = 5

/** Seconds over which the usual number is taken at least: of a process that has just begun, nobody knows it. */
const MIN_SECONDS = 60

/** Tells which of the loads that replace expired entries came in bursts, as they do when many entries expire at the same time. */
export class ExpiryBursts {
  /** Loads in bursts, and the seconds that they took. */
  loads = 0
  seconds = 0
  readonly #counts = new Uint32Array(OPEN)
  readonly #sums = new Float64Array(OPEN)
  readonly #starts = new Float64Array(OPEN).fill(-1)
  #first: number | undefined
  #latest = -Infinity
  #all = 0

  /** A load that replaced what had expired just before. @param startedAt when it began, milliseconds */
  reloaded(startedAt: number, durationMs: number): void {
    const second = Math.floor(startedAt / 1_000)
    if (second <= this.#latest - OPEN) return
    this.#first ??= second
    this.#latest = Math.max(this.#latest, second)
    const place = second % OPEN
    if (this.#starts[place] !== second) this.#close(place, second)
    this.#counts[place] = (this.#counts[place] ?? 0) + 1
    this.#sums[place] = (this.#sums[place] ?? 0) + durationMs / 1_000
  }

  /** Takes account of all that is open: seconds in a burst count before the next burst comes. */
  settle(): void {
    for (let place = 0; place < OPEN; place++) if ((this.#starts[place] ?? -1) < this.#latest) this.#close(place, -1)
  }

  #close(place: number, next: number): void {
    const [count = 0, sum = 0] = [this.#counts[place], this.#sums[place]]
    const usual = this.#all / Math.max(MIN_SECONDS, this.#latest - (this.#first ?? this.#latest))
    if (count >= BURST && count >= TIMES_USUAL * usual) {
      this.loads += count
      this.seconds += sum
    }
    this.#all += count
    this.#counts[place] = 0
    this.#sums[place] = 0
    this.#starts[place] = next
  }
}
