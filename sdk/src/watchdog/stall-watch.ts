/** The agent's loop writes its heartbeat every so many milliseconds: each one wakes an idle process, and costs 0.02 % of a core a second. */
export const BEAT_MS = 150
/** A heartbeat older than this is looked into, in milliseconds; the difference is what iterations of a busy, healthy loop take. */
export const LOOK_AFTER_MS = 200
/** A thread that wakes so much too late, in milliseconds, did not get a processor, and then the agent's thread may not have got one either. */
const LATE_MS = 30
/** Time that the agent's thread is given after that, once a heartbeat, to turn its loop, in milliseconds. */
const GRACE_MS = 50

/** What to do next: look at the agent's thread or not, then sleep for so many milliseconds. */
export interface Next {
  readonly look: boolean
  readonly sleepMs: number
}

/**
 * Decides from heartbeats when the agent's loop stands still. Time in which this thread could not run either does not count.
 * A loop that goes on standing still is looked at again each time that has lasted twice as long. Time comes in by parameter.
 */
export class StallWatch {
  /** Milliseconds in which this thread should have run and could not. */
  stoppedMs = 0
  #beat: number | undefined
  /** Since when the heartbeat counts as still. */
  #from = 0
  #lookAfter = LOOK_AFTER_MS
  #graceEnd: number | undefined
  #wakeAt = Infinity

  /** This thread wakes, at a time, and reads the heartbeat; both on one clock. */
  wake(now: number, beat: number): Next {
    if (beat !== this.#beat) {
      this.#beat = beat
      this.#from = Math.min(beat, now)
      this.#lookAfter = LOOK_AFTER_MS
      this.#graceEnd = undefined
    }
    const late = now - this.#wakeAt
    if (late >= LATE_MS) {
      this.stoppedMs += late
      this.#from = Math.min(this.#from + late, now)
      this.#graceEnd ??= now + GRACE_MS
    }
    const look = now >= this.#lookAt()
    while (now >= this.#lookAt()) this.#lookAfter *= 2
    const sleepMs = Math.min(this.#lookAt() - now, LOOK_AFTER_MS)
    this.#wakeAt = now + sleepMs
    return { look, sleepMs }
  }

  #lookAt(): number {
    return Math.max(this.#from + this.#lookAfter, this.#graceEnd ?? 0)
  }
}
