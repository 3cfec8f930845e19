import type { Clock } from '../clock.ts'
import { currentCall, FollowedFunction } from './followed-call.ts'
import { OnLoopRecorder } from './on-loop-recorder.ts'

/** CPU time of waking an idle process by a timer, in milliseconds (docs/decisions.md). */
const WAKE_MS = 0.05
/** What V8 and Node take to call a hook, beside what the hook itself takes, as a share of that (docs/decisions.md). */
const HOOK_CALL = 0.25
/** As many at a time, of which the first finds the processor's caches as the agent's own do; the mean of four is what they cost (docs/decisions.md). */
const TIMES = 4
/** Weight of the latest measurement, and the longest that one can be: what takes longer was interrupted. */
const WEIGHT = 0.25
const LONGEST_MS = 0.1

/** Measures, here and now, what following costs: in a process that has just woken a call of it takes ten times as long as in a busy one. */
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

  /** Measures again, for the next answers: right after the process has waited, or not, as it is. */
  measure(): void {
    this.#callMs = this.#averaged(this.#callMs, () => {
      const call = this.#function.begin()
      call.run(() => {})
      call.end()
    })
    const call = this.#function.begin()
    this.#recorder.open(() => {})
    const pairMs = this.#averaged(this.#changeMs === undefined ? undefined : 2 * this.#changeMs, () => {
      this.#recorder.before(currentCall.getStore() ?? call)
      this.#recorder.after()
    })
    this.#changeMs = pairMs / 2
    this.#recorder.close()
    call.end()
  }

  /**
   * Milliseconds that following took.
   * @param changes of call, within windows
   * @param calls that were followed
   */
  of(changes: number, calls: number): number {
    return changes * (this.#changeMs ?? 0) * (1 + HOOK_CALL) + calls * (this.#callMs ?? 0)
  }

  /** Milliseconds that so many timers took to wake the process, where the event loop is busy for this share of the time. */
  ofWaking(timers: number, busy: number): number {
    return timers * WAKE_MS * (1 - busy)
  }

  #averaged(before: number | undefined, work: () => void): number {
    const start = this.#clock.now()
    for (let time = 0; time < TIMES; time++) work()
    const taken = Math.min(LONGEST_MS, this.#clock.now() - start) / TIMES
    return before === undefined ? taken : before + (taken - before) * WEIGHT
  }
}
