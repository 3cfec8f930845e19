import type { RunSpan } from './run-span.ts'

/** Arguments that are remembered. */
const REMEMBERED = 1_024
/** A slow call is among the slowest of its function, and so many times as slow as half of its calls. */
const SLOW = { share: 0.05, timesMedian: 4 }
/** Share by which an estimated quantile moves with one call, at most. */
const STEP = 0.1

/** Durations that half and 95 % of the calls keep below, in seconds. */
interface Level {
  median: number
  high: number
}

/**
 * Whether calls with the arguments of a slow one are slow again: then the arguments are slow, else chance is. The levels follow the
 * calls without remembering them (Ma, Muthukrishnan and Sandler, Frugal Streaming, 2013).
 */
export class SlowRepeats {
  readonly #levels = new Map<string, Level>()
  /** By function and arguments, the oldest first: whether the last call was slow. */
  readonly #wasSlow = new Map<string, boolean>()

  /** Looks at calls of one function in their order. Returns how many came after a slow one with their arguments, and how many were slow again. */
  look(calls: readonly RunSpan[]): { readonly afterSlow: number; readonly slowAgain: number } {
    let [afterSlow, slowAgain] = [0, 0]
    for (const { name, start, end, argumentsHash, hasFailed } of calls) {
      if (argumentsHash === undefined || hasFailed) continue
      const isSlow = this.#isSlow(name, end - start)
      const key = `${argumentsHash} ${name}`
      if (this.#wasSlow.get(key) === true) {
        afterSlow++
        if (isSlow) slowAgain++
      }
      this.#remember(key, isSlow)
    }
    return { afterSlow, slowAgain }
  }

  #isSlow(name: string, seconds: number): boolean {
    const level = this.#levels.get(name)
    if (level === undefined) {
      this.#levels.set(name, { median: seconds, high: seconds })
      return false
    }
    const isSlow = seconds > level.high && seconds > SLOW.timesMedian * level.median
    level.median *= 1 + (seconds > level.median ? STEP : -STEP) / 2
    level.high *= 1 + STEP * (seconds > level.high ? 1 - SLOW.share : -SLOW.share)
    return isSlow
  }

  #remember(key: string, isSlow: boolean): void {
    this.#wasSlow.delete(key)
    this.#wasSlow.set(key, isSlow)
    const [oldest] = this.#wasSlow.keys()
    if (this.#wasSlow.size > REMEMBERED && oldest !== undefined) this.#wasSlow.delete(oldest)
  }
}
