/** A thread that wakes so much too late, in milliseconds, did not get a processor, and then the agent's thread may not have got one either. */
const LATE_MS = 30
/** So late it may have waited for a processor: what it has waited so far is read then, in milliseconds. */
const WAITED_MS = 2
/** Time that the agent's thread is given after that, once a turn, to end it, in milliseconds. */
const GRACE_MS = 50
/**
 * Where every turn is counted: the time between two looks at the count, and how long the same turn must last after that, before it is
 * looked into. In milliseconds: a turn that lasts as long as both is never missed, and each waking costs an idle machine 0.1 to 0.2 ms.
 */
const EVERY_TURN = { sleepMs: 250, lookAfterMs: 60 }
/** Where a timer of 100 ms makes the turns: one that is missing at the first look is 50 ms late at least. */
const TIMER = { sleepMs: 150, lookAfterMs: 50 }

/** What to do next. */
export interface Next {
  /** Look at the agent's thread. */
  readonly look: boolean
  /** A turn that was looked into is over, or a time in which nobody could run: say so. */
  readonly over: boolean
  /** Then sleep for so many milliseconds. */
  readonly sleepMs: number
}

/**
 * Decides when the agent's loop stands still. Time in which this thread could not run either does not count. A loop that goes on
 * standing still is looked at again each time that has lasted twice as long. Time comes in by parameter, in milliseconds.
 */
export class StallWatch {
  /** Milliseconds in which this thread should have run and could not, although no other one took its processor: the process was stopped. */
  stoppedMs = 0
  readonly #times: typeof EVERY_TURN
  #lookAfter: number
  #stillSince: number | undefined
  /** Since when the loop counts as still. */
  #from = 0
  #graceEnd: number | undefined
  #wakeAt = Infinity
  #waitedMs = 0
  #isEventful = false

  /** @param isOfEveryTurn whether every turn is counted, or those that a timer makes */
  constructor(isOfEveryTurn: boolean) {
    this.#times = isOfEveryTurn ? EVERY_TURN : TIMER
    this.#lookAfter = this.#times.lookAfterMs
  }

  /**
   * This thread wakes.
   * @param stillSince since when the loop is known to be in the turn that it is in, on the same clock; undefined when it is in none
   * @param waitedMs reads how long this thread has waited for processors so far; asked when it is late
   */
  wake(now: number, stillSince: number | undefined, waitedMs: () => number = () => 0): Next {
    const isAnother = stillSince === undefined || stillSince !== this.#stillSince
    const late = now - this.#wakeAt
    if (late >= WAITED_MS) this.#isEventful = this.#wasStopped(late, waitedMs()) || this.#isEventful
    const over = isAnother && this.#isEventful
    if (isAnother) {
      this.#stillSince = stillSince
      this.#from = Math.min(stillSince ?? now, now)
      this.#lookAfter = this.#times.lookAfterMs
      this.#graceEnd = undefined
      this.#isEventful = false
    }
    if (late >= LATE_MS) {
      this.#from = Math.min(this.#from + late, now)
      this.#graceEnd ??= now + GRACE_MS
    }
    const look = stillSince !== undefined && now >= this.#lookAt()
    if (look) {
      while (now >= this.#lookAt()) this.#lookAfter *= 2
      this.#isEventful = true
    }
    const sleepMs = stillSince === undefined ? this.#times.sleepMs : Math.min(this.#lookAt() - now, this.#times.sleepMs)
    this.#wakeAt = now + sleepMs
    return { look, over, sleepMs }
  }

  /** Whether the process was stopped, because this thread is late, and did not wait for a processor for so long. */
  #wasStopped(late: number, waitedMs: number): boolean {
    const stopped = late - (waitedMs - this.#waitedMs)
    this.#waitedMs = waitedMs
    if (late < LATE_MS || stopped < LATE_MS) return false
    this.stoppedMs += stopped
    return true
  }

  #lookAt(): number {
    return Math.max(this.#from + this.#lookAfter, this.#graceEnd ?? 0)
  }
}
