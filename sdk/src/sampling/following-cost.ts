import type { Clock } from '../clock.ts'
import { currentCall, FollowedFunction } from './followed-call.ts'
import { OnLoopRecorder } from './on-loop-recorder.ts'

/** What following one call costs while no window is open, in milliseconds (docs/decisions.md). */
export const CALL_COST_MS = 0.000_3

/** What V8 and Node take to call a hook, beside what the hook itself takes, as a share of that (docs/decisions.md). */
const HOOK_CALL = 0.25
const PAIRS = 8

/** Measures, here and now, what a change of call costs within a window. */
export class FollowingCost {
  readonly #clock: Clock
  #changeMs = Infinity

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Milliseconds a change: the quickest measurement so far, because whatever disturbs one only makes it slower. */
  changeMs(): number {
    const recorder = new OnLoopRecorder(this.#clock)
    const call = new FollowedFunction('', recorder).begin()
    recorder.open(() => {})
    const start = this.#clock.now()
    for (let pair = 0; pair < PAIRS; pair++) {
      recorder.before(currentCall.getStore() ?? call)
      recorder.after()
    }
    const elapsed = this.#clock.now() - start
    this.#changeMs = Math.min(this.#changeMs, (elapsed / (2 * PAIRS)) * (1 + HOOK_CALL))
    return this.#changeMs
  }
}
