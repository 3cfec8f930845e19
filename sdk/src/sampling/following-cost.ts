import type { Clock } from '../clock.ts'
import { currentCall, FollowedFunction } from './followed-call.ts'
import { OnLoopRecorder } from './on-loop-recorder.ts'

/** CPU time of waking an idle process by a timer, in milliseconds (docs/decisions.md). */
const WAKE_MS = 0.05
/** What V8 and Node take to call a hook, beside what the hook itself takes, as a share of that (docs/decisions.md). */
const HOOK_CALL = 0.25
/** Of so many in a row the first and the second half are timed: after a wait the first finds nothing in the processor's caches, and takes ten times as long. */
const TIMES = 8
/** Share of calls, and of changes, that are such a first one in a process that waits: a wait is followed by few calls, and by many changes. */
const FIRST_CALLS = 0.25
const FIRST_CHANGES = 0.1
/** Longest that one can take; what takes longer was interrupted. */
const LONGEST_MS = 0.05
/** Weight of the latest measurement. */
const WEIGHT = 0.25

/** Measures, here and now, what following costs: more in a process that has just woken than in a busy one. */
export class FollowingCost {
  readonly #clock: Clock
  readonly #recorder: OnLoopRecorder
  readonly #function: FollowedFunction
  #changeMs: number | undefined
  #callMs: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
    this.#recorder = new OnLoopRecorder(clock)
    this.#function = new FollowedFunction('', this.#recorder)
  }

  /**
   * Measures again, for the next answers.
   * @param busy share of the time in which the event loop is busy: the less, the more of what is followed comes after a wait
   */
  measure(busy: number): void {
    this.#callMs = smoothed(
      this.#callMs,
      this.#timed((1 - busy) * FIRST_CALLS, () => {
        const call = this.#function.begin()
        call.run(() => {})
        call.end()
      }),
    )
    const call = this.#function.begin()
    this.#recorder.open(() => {})
    const pairMs = this.#timed((1 - busy) * FIRST_CHANGES, () => {
      this.#recorder.before(currentCall.getStore() ?? call)
      this.#recorder.after()
    })
    this.#changeMs = smoothed(this.#changeMs, (pairMs / 2) * (1 + HOOK_CALL))
    this.#recorder.close()
    call.end()
  }

  /**
   * Milliseconds that following took.
   * @param changes of call, within windows
   * @param calls that were followed
   */
  of(changes: number, calls: number): number {
    return changes * (this.#changeMs ?? 0) + calls * (this.#callMs ?? 0)
  }

  /** Milliseconds that so many timers took to wake the process, where the event loop is busy for this share of the time. */
  ofWaking(timers: number, busy: number): number {
    return timers * WAKE_MS * (1 - busy)
  }

  /** Mean duration of work of which this share comes first after a wait. */
  #timed(firstShare: number, work: () => void): number {
    const start = this.#clock.now()
    work()
    const firstMs = Math.min(LONGEST_MS, this.#clock.now() - start)
    for (let time = 1; time < TIMES / 2; time++) work()
    const half = this.#clock.now()
    for (let time = TIMES / 2; time < TIMES; time++) work()
    const nextMs = Math.min(LONGEST_MS, (this.#clock.now() - half) / (TIMES / 2))
    return nextMs + firstShare * Math.max(0, firstMs - nextMs)
  }
}

function smoothed(before: number | undefined, latest: number): number {
  return before === undefined ? latest : before + (latest - before) * WEIGHT
}
