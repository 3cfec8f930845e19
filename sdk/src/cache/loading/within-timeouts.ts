import { after, type Clock } from '../../clock.ts'
import { LoadTimeoutError } from '../../errors.ts'
import type { EntryRules } from '../options/entry-options.ts'
import type { Flight } from './single-flight.ts'

/**
 * What everyone who waits for a flight is given: its outcome, or the stale value when the outcome takes longer than
 * `timeout`; after `hardTimeout` the stale value or else a LoadTimeoutError. The load itself goes on and is stored when it ends.
 * @param giveUp called when the hard timeout is over
 */
export function withinTimeouts(
  flight: Flight,
  outcome: Promise<unknown>,
  { timeoutMs, hardTimeoutMs }: EntryRules,
  clock: Clock,
  giveUp: (error: LoadTimeoutError) => void,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const serveStale = (): boolean => {
      if (flight.fallback === undefined) return false
      flight.servedStale = true
      resolve(flight.fallback.value)
      return true
    }
    const softTimeout = () => {
      if (!serveStale()) flight.onFallback = serveStale
    }
    const hardTimeout = () => {
      const error = new LoadTimeoutError(hardTimeoutMs)
      giveUp(error)
      if (!serveStale()) reject(error)
    }
    if (timeoutMs === 0) softTimeout()
    const cancelSoft = timeoutMs > 0 && timeoutMs < Number.POSITIVE_INFINITY ? after(clock, timeoutMs, softTimeout) : undefined
    // When the caller is served already, nobody waits for this one.
    const cancelHard = hardTimeoutMs < Number.POSITIVE_INFINITY ? after(clock, hardTimeoutMs, hardTimeout, flight.servedStale) : undefined
    const settle = () => {
      cancelSoft?.()
      cancelHard?.()
      flight.onFallback = undefined
    }
    outcome.then(
      (value) => {
        settle()
        resolve(value)
      },
      (error: unknown) => {
        settle()
        reject(error)
      },
    )
  })
}
