import type { Clock } from '../clock.ts'

/** Cost of measuring a call, in looks at the clock: it takes two, and half of one for the rest (`npm run bench -- call`: 97 ns, where two looks take 80). */
const LOOKS_A_TIMED_CALL = 2.5
/** The same where a call is only counted (16 ns). */
const LOOKS_A_COUNTED_CALL = 0.4
/** Looks at a time, and times, that the cost of one is taken from: 0.05 ms in all, once in a process. */
const LOOKS = 200
const TIMES = 5

/** What measuring calls costs on this machine: they are too short and too many to be timed themselves. */
export class CallCost {
  readonly #clock: Clock
  #lookMs: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Milliseconds that so many calls took which were timed, and so many that were counted only. */
  ofCalls(timed: number, counted: number): number {
    if (timed + counted === 0) return 0
    this.#lookMs ??= this.#measure()
    return (timed * LOOKS_A_TIMED_CALL + counted * LOOKS_A_COUNTED_CALL) * this.#lookMs
  }

  /** The fastest time counts: another may have been interrupted. */
  #measure(): number {
    let fastest = Infinity
    for (let time = 0; time < TIMES; time++) {
      const start = this.#clock.now()
      for (let look = 1; look < LOOKS; look++) this.#clock.now()
      fastest = Math.min(fastest, this.#clock.now() - start)
    }
    return fastest / LOOKS
  }
}
