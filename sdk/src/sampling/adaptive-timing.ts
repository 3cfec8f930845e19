/** Below this mean duration a call is not worth two looks at the clock, which cost 0.07 µs. */
const QUICK_MS = 0.002
/** Calls that are timed before any is left out: the first ones run before the function is compiled. */
const WARM_UP = 64
/** Share of the mean that a new duration makes up. */
const SHARE = 1 / 32
/** Calls that stand for all there will ever be: a small integer, which V8 keeps without a box. */
const NEVER = 2 ** 30

/**
 * Decides which calls are timed: all of a function that takes 2 µs or more, one of about sixteen of a quicker one, at random, so that
 * no rhythm of the calls meets that of the sample. A timed call stands for those before it that were not.
 */
export class AdaptiveTiming {
  /** Calls since the last timed one. */
  untimed = 0
  /** Calls that were timed. */
  timedCalls = 0
  #left = 0
  #timed = 0
  #meanMs = QUICK_MS * 2
  #random = 1

  /** Whether the call that begins is left out. */
  skips(): boolean {
    if (this.#left === 0) return false
    this.#left--
    return true
  }

  /**
   * A call was timed: returns how many calls it stands for, and decides about the next ones.
   * @param ended its duration in milliseconds, in a typed array, where V8 needs no box for it
   */
  timed(ended: Float64Array): number {
    const milliseconds = ended[0] ?? 0
    const stands = this.untimed + 1
    this.untimed = 0
    this.#meanMs += (milliseconds - this.#meanMs) * SHARE
    if (this.#meanMs < QUICK_MS && this.#timed >= WARM_UP) this.#left = this.#draw()
    else this.#timed++
    this.timedCalls++
    return stands
  }

  /** The rest is timed too, because something was seen that needs a clock. */
  timeAll(): void {
    this.#timed = -NEVER
    this.#left = 0
  }

  /** 0 to 30, evenly but for 15, which comes twice (a linear congruential generator, Press et al., Numerical Recipes, 7.1). */
  #draw(): number {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) | 0
    const five = this.#random >>> 27
    return five === 31 ? 15 : five
  }
}
