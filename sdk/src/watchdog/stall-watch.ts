/** The agent's loop writes its heartbeat every so many milliseconds: each one wakes an idle process, and costs 0.02 % of a core a second. */
export const BEAT_MS = 150
/** A heartbeat older than this is looked into, in milliseconds; the difference is what iterations of a busy, healthy loop take. */
export const LOOK_AFTER_MS = 200
/** A thread that wakes so much too late, in milliseconds, did not get a processor, and then the agent's thread may not have got one either. */
const LATE_MS = 30

/** What to do next: look at the agent's thread or not, then sleep for so many milliseconds. */
export interface Next {
  readonly look: boolean
  readonly sleepMs: number
}

/**
 * Decides from heartbeats when the agent's loop stands still: only when this thread itself has run on time all the while.
 * A loop that goes on standing still is looked at again each time that has lasted twice as long. Time comes in by parameter.
 */
export class StallWatch {
  /** Milliseconds in which this thread should have run and could not. */
  stoppedMs = 0
  #beat: number | undefined
  /** Since when the heartbeat counts as still. */
  #from = 0
  #lookAfter = LOOK_AFTER_MS
  #wakeAt = Infinity

  /** This thread wakes, at a time, and reads the heartbeat; both on one clock. */
  wake(now: number, beat: number): Next {
    const late = now - this.#wakeAt
    if (late >= LATE_MS) this.stoppedMs += late
    if (beat !== this.#beat) this.#begin(beat, Math.min(beat, now))
    // Nobody ran: that is no sign that the agent's loop stood still. It is given all the time again.
    if (late >= LATE_MS) this.#begin(beat, now)
    const look = now - this.#from >= this.#lookAfter
    if (look) while (this.#lookAfter <= now - this.#from) this.#lookAfter *= 2
    const sleepMs = Math.min(this.#from + this.#lookAfter - now, LOOK_AFTER_MS)
    this.#wakeAt = now + sleepMs
    return { look, sleepMs }
  }

  #begin(beat: number, from: number): void {
    this.#beat = beat
    this.#from = from
    this.#lookAfter = LOOK_AFTER_MS
  }
}
