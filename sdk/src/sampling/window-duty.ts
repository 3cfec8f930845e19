/** Longer than most turns of a busy event loop, so that a window sees many; and long, because waking an idle process twice a window is what costs it most. */
export const WINDOW_MS = 120

/** Share of one core that following calls may cost, on average. */
const BUDGET = 0.002
const LARGEST_DUTY = 0.4
const SMALLEST_DUTY = 0.005
/** The largest in a process that has nothing to do; it rises with how busy the loop is, because there is as much more to be told, up to the largest at half of the time. */
const IDLE_DUTY = 0.03
const DUTY_BY_BUSY = 0.74
/** Weight of the latest window in the cost that is expected of the next one. */
const WEIGHT = 0.25

/** Chooses how often windows are opened: as often as the budget allows for what the last ones have cost. */
export class WindowDuty {
  #windowCostMs = 0
  #standingCost = 0

  /**
   * @param windowMs what the latest window cost, in milliseconds
   * @param standing what following calls cost beside it, as a share of the time
   */
  cost(windowMs: number, standing: number): void {
    this.#windowCostMs += (windowMs - this.#windowCostMs) * (this.#windowCostMs === 0 ? 1 : WEIGHT)
    this.#standingCost += (standing - this.#standingCost) * WEIGHT
  }

  /**
   * Milliseconds within which one window is to be opened.
   * @param busy share of the time in which the event loop was busy; 0 where no call is followed
   */
  intervalMs(busy: number): number {
    const left = Math.max(0, BUDGET - this.#standingCost)
    const affordable = this.#windowCostMs === 0 ? LARGEST_DUTY : (left * WINDOW_MS) / this.#windowCostMs
    const duty = Math.min(LARGEST_DUTY, Math.max(SMALLEST_DUTY, affordable))
    return WINDOW_MS / Math.min(duty, IDLE_DUTY + DUTY_BY_BUSY * busy)
  }
}
