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
const WAITING_DUTY = 0.1
const DUTY_BY_BUSY = 0.6
const LARGEST_DUTY = 0.4
/** And the least, however dear they are. */
const SMALLEST_DUTY = 0.005
/** The first windows, from which the first proportions come, are as many times as often, and may cost as many times the budget. */
const FIRST_WINDOWS = 8
const FIRST_FACTOR = 4
/** Weight of the latest window in the cost that is expected of the next one. */
const WEIGHT = 0.25

/** Chooses how often windows are opened, and for how long: for as much of the time as the budget allows for what the last ones have cost. */
export class WindowDuty {
  #windows = 0
  #windowCostMs = 0
  #standingCost = 0

  /**
   * A window is over in which calls were followed.
   * @param windowMs what it cost, with what was done for it before, in milliseconds
   * @param standing what following calls costs beside windows, as a share of the time
   */
  cost(windowMs: number, standing: number): void {
    this.#windowCostMs += (windowMs - this.#windowCostMs) * (this.#windows === 0 ? 1 : WEIGHT)
    this.#standingCost += (standing - this.#standingCost) * WEIGHT
    this.#windows++
  }

  /**
   * Length of the next window, and of the interval that it is to lie in, in milliseconds.
   * @param busy share of the time in which the event loop was busy; 0 where no call is followed
   */
  next(busy: number): { readonly windowMs: number; readonly intervalMs: number } {
    const windowMs = Math.min(LONGEST_WINDOW_MS, Math.max(SHORTEST_WINDOW_MS, BUSY_MS / busy))
    const factor = this.#windows < FIRST_WINDOWS ? FIRST_FACTOR : 1
    const largest = Math.min(LARGEST_DUTY, factor * (WAITING_DUTY + DUTY_BY_BUSY * busy))
    const budget = factor * Math.min(LARGEST_BUDGET, WAITING_BUDGET + BUDGET_BY_BUSY * busy)
    const left = Math.max(0, budget - this.#standingCost)
    const affordable = this.#windowCostMs === 0 ? largest : (left * windowMs) / this.#windowCostMs
    return { windowMs, intervalMs: windowMs / Math.min(largest, Math.max(SMALLEST_DUTY, affordable)) }
  }
}
