/** Longer than most turns of a busy event loop, so that a window sees many. */
const SHORTEST_WINDOW_MS = 120
/** In a process that mostly waits, as long as it takes to see some calls: waking it and switching hooks costs the same for a short one. */
const LONGEST_WINDOW_MS = 1_000
/** How long the event loop is busy within a window that is longer than the shortest, in milliseconds. */
const BUSY_MS = 60

/** Share of one core that following calls may cost, on average: in a process that waits, more by its own work, and the most of all. */
const WAITING_BUDGET = 0.000_5
const BUDGET_BY_BUSY = 0.003
const LARGEST_BUDGET = 0.002

/** Share of the time that windows take, however little they cost: in a process that waits, more by its own work, and the most of all. */
const WAITING_DUTY = 0.2
const DUTY_BY_BUSY = 0.4
const LARGEST_DUTY = 0.4
/** And the least, however dear they are. */
const SMALLEST_DUTY = 0.005
/** Weight of the latest window in the cost that is expected of the next one. */
const WEIGHT = 0.25

/** Chooses how often windows are opened, and for how long: for as much of the time as the budget allows for what the last ones have cost. */
export class WindowDuty {
  #costShare: number | undefined
  #standingCost = 0

  /**
   * @param costMs what the latest window cost, with what was done for it before, in milliseconds
   * @param windowMs how long it was planned to be
   * @param standing what following calls costs beside windows, as a share of the time
   */
  cost(costMs: number, windowMs: number, standing: number): void {
    const share = costMs / windowMs
    this.#costShare = this.#costShare === undefined ? share : this.#costShare + (share - this.#costShare) * WEIGHT
    this.#standingCost += (standing - this.#standingCost) * WEIGHT
  }

  /**
   * Length of the next window, and of the interval that it is to lie in, in milliseconds.
   * @param busy share of the time in which the event loop was busy; 0 where no call is followed
   */
  next(busy: number): { readonly windowMs: number; readonly intervalMs: number } {
    const windowMs = Math.min(LONGEST_WINDOW_MS, Math.max(SHORTEST_WINDOW_MS, BUSY_MS / busy))
    const budget = Math.min(LARGEST_BUDGET, WAITING_BUDGET + BUDGET_BY_BUSY * busy)
    const largest = Math.min(LARGEST_DUTY, WAITING_DUTY + DUTY_BY_BUSY * busy)
    const affordable = this.#costShare === undefined ? largest : Math.max(0, budget - this.#standingCost) / this.#costShare
    return { windowMs, intervalMs: windowMs / Math.min(largest, Math.max(SMALLEST_DUTY, affordable)) }
  }
}
