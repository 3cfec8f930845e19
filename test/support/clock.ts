import type { Clock } from '../../sdk/src/clock.ts'

/** A clock that stands still until a test moves it; its timers are over when it has been moved that far. */
export class ManualClock implements Clock {
  #now: number
  #timers: { readonly at: number; readonly action: () => void }[] = []

  constructor(now: number = 1_000) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  after(ms: number, action: () => void): () => void {
    const timer = { at: this.#now + ms, action }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** Timers that are not over. */
  get timers(): number {
    return this.#timers.length
  }

  /** Code runs for so long: timers that are over wait for it to return, until the next `advance`. */
  hold(ms: number): void {
    this.#now += ms
  }

  /** Timers are called in the order of their times, each at its own. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.at)
      this.#timers = this.#timers.filter((timer) => timer !== next)
      next.action()
    }
    this.#now = end
  }

  #next(end: number): { readonly at: number; readonly action: () => void } | undefined {
    return this.#timers.filter(({ at }) => at <= end).toSorted((one, other) => one.at - other.at)[0]
  }
}
