/** Deeper calls are counted and not timed. */
const DEEPEST = 4_096

/**
 * The synchronous calls that are being timed, innermost last: when each began, and what `blockedTime.reported` was then. In typed arrays,
 * because V8 boxes a number with fractions that is handed from function to function, which would be an object a call.
 */
class CallStack {
  readonly starts = new Float64Array(DEEPEST)
  readonly reported = new Float64Array(DEEPEST)
  #depth = 0

  /** A place for a call that begins; UNTIMED when there is none. */
  push(): number {
    return this.#depth < DEEPEST ? this.#depth++ : UNTIMED
  }

  /** A call is over, and with it all that it called, even where a stack overflow kept one of those from saying so. */
  pop(place: number): void {
    this.#depth = place
  }
}

/** The place of a call that is not timed. */
export const UNTIMED = -1

/** The calls of this thread. */
export const callStack = new CallStack()
