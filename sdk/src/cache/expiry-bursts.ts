import type { StoredLoad } from './events.ts'

/** Keys whose expiry is remembered: where two meet in one place, the later one replaces the other. */
const PLACES = 2_048

/** What is loaded anew within this share of its time to live was in use when it expired. */
const SOON = 0.1

/** Seconds that are held open, because loads end in another order than they began. Longer loads are left out. */
const OPEN = 64

/** So many reloads within a second are a burst, where that is so many times the usual number. */
const BURST = 8
const TIMES_USUAL = 5

/** Seconds over which the usual number is taken at least: of a process that has just begun, nobody knows it. */
const MIN_SECONDS = 60

/**
 * Tells which of the loads that replace expired entries came in bursts, as they do when many entries expire at the same time.
 * It remembers by itself when entries expire, because a cache drops them before they are asked for again. 26 KiB.
 */
export class ExpiryBursts {
  /** Loads in bursts, and the seconds that they took. */
  loads = 0
  seconds = 0
  readonly #hashes = new Uint32Array(PLACES)
  readonly #expiries = new Float64Array(PLACES).fill(Infinity)
  readonly #counts = new Uint32Array(OPEN)
  readonly #sums = new Float64Array(OPEN)
  readonly #starts = new Float64Array(OPEN).fill(-1)
  #first: number | undefined
  #latest = -Infinity
  #all = 0

  /** A load ended and its value is kept. */
  stored({ hash, at, ttlMs, loadMs }: Pick<StoredLoad, 'hash' | 'at' | 'ttlMs' | 'loadMs'>): void {
    const place = hash % PLACES
    const startedAt = at - loadMs
    const late = this.#hashes[place] === hash ? startedAt - (this.#expiries[place] ?? Infinity) : -1
    this.#hashes[place] = hash
    this.#expiries[place] = at + ttlMs
    if (late >= 0 && late <= SOON * ttlMs) this.#reloaded(startedAt, loadMs)
  }

  /** Takes account of all that is open: seconds in a burst count before the next burst comes. */
  settle(): void {
    for (let place = 0; place < OPEN; place++) if ((this.#starts[place] ?? -1) < this.#latest) this.#close(place, -1)
  }

  #reloaded(startedAt: number, durationMs: number): void {
    const second = Math.floor(startedAt / 1_000)
    if (second <= this.#latest - OPEN) return
    this.#first ??= second
    this.#latest = Math.max(this.#latest, second)
    const place = second % OPEN
    if (this.#starts[place] !== second) this.#close(place, second)
    this.#counts[place] = (this.#counts[place] ?? 0) + 1
    this.#sums[place] = (this.#sums[place] ?? 0) + durationMs / 1_000
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
