import type { Clock } from '../clock.ts'

/** One key in so many is timed, and stands for the others. */
const TIMED = 64
/** What takes longer than this was interrupted: it would be counted as many times over as one is timed. */
const LONGEST_MS = 0.5

/** Finds out what making the keys of a cache takes, by timing one in 64 of them. */
export class KeyTiming {
  readonly #clock: Clock
  readonly #onTimed: (durationMs: number) => void
  #made = 0

  /** @param onTimed is told what the timed key and those that it stands for took together, milliseconds */
  constructor(clock: Clock, onTimed: (durationMs: number) => void) {
    this.#clock = clock
    this.#onTimed = onTimed
  }

  /** Makes a key, and passes on what making it throws. */
  make<K>(key: () => K): K {
    // Not the first, which runs before V8 has optimized anything.
    if (++this.#made % TIMED !== 0) return key()
    const started = this.#clock.now()
    const made = key()
    this.#onTimed(Math.min(this.#clock.now() - started, LONGEST_MS) * TIMED)
    return made
  }
}
