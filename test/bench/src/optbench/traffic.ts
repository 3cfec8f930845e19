import { zipf } from '../support/generator.ts'
import type { Call } from './simulated-function.ts'

/** How calls come, and what they ask. */
export interface TrafficOptions {
  /** Calls a second at a time (milliseconds since the world began). */
  readonly perSecond: (now: number) => number
  /** Key of the call with this number. */
  readonly key: (index: number, now: number) => string
  /** Mean duration of the work at a time, milliseconds. */
  readonly meanMs: (now: number) => number
  /** Spread of the durations: standard deviation of their logarithm. Default 0.4. */
  readonly spread?: number
  /** What a call returns. Default: the same for the same key. */
  readonly result?: (key: string, now: number) => number
}

/** Longest pause between two looks at the rate, milliseconds. */
const STEP_MS = 10_000

/** Calls that come by chance (a Poisson process), with durations that are lognormal. The same numbers are drawn whatever comes of a call. */
export class Traffic {
  readonly #options: TrafficOptions
  readonly #random: () => number
  /** When the next call comes, or the rate is looked at again. */
  #next = 0
  #isCall = false
  #index = 0

  constructor(random: () => number, options: TrafficOptions) {
    this.#random = random
    this.#options = options
    this.#advance()
  }

  /** All calls until a time, in order, with their times. */
  *until(end: number): Generator<[time: number, call: Call]> {
    const { key, meanMs, spread = 0.4, result = () => 0 } = this.#options
    for (; this.#next < end; this.#advance()) {
      if (!this.#isCall) continue
      const time = this.#next
      const asked = key(this.#index++, time)
      // Box and Muller; the mean of a lognormal is exp(s²/2) times its median.
      const normal = Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random())
      const ms = meanMs(time) * Math.exp(spread * normal - spread ** 2 / 2)
      yield [time, { key: asked, ms, result: result(asked, time) }]
    }
  }

  /** Thinning: while nothing or little comes, the rate is looked at again. */
  #advance(): void {
    const rate = this.#options.perSecond(this.#next) / 1_000
    const gap = rate > 0 ? -Math.log(1 - this.#random()) / rate : Infinity
    this.#isCall = gap <= STEP_MS
    this.#next += Math.min(gap, STEP_MS)
  }
}

/** Keys of skewed popularity: the k-th of them is asked for with a probability proportional to 1/k^exponent. */
export function popularKeys(random: () => number, keys: number, exponent: number): () => string {
  const draw = zipf(keys, exponent, random)
  return () => `key ${draw()}`
}

/** A number between two, evenly in its logarithm. */
export function between(random: () => number, low: number, high: number): number {
  return low * (high / low) ** random()
}
