import { type ELDHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { timesEveryTurn } from '../sampling/loop-delay.ts'
import { WaitCalls } from './wait-calls.ts'

/** Where turns must be made to happen, a timer of Node.js's own makes one every so many milliseconds. */
const TIMER_MS = 100

/** A count of turns of the event loop, which other threads can read as well. */
export interface TurnCount {
  /** One value for each turn that has ended, in nanoseconds, or one for each time that the timer has fired. */
  readonly histogram: ELDHistogram
  /** Whether it is every turn, so that a loop which waits does not turn, and nobody wakes it. */
  readonly isOfEveryTurn: boolean
}

/**
 * Begins to count the turns of this thread's loop: libuv does, for 0.002 % of a core. Before Node.js 24 it cannot, and elsewhere than on
 * Linux another thread cannot tell a loop that waits from one that is held: there a timer counts, which wakes an idle process.
 */
export function countTurns(): TurnCount {
  const calls = new WaitCalls(process.pid)
  const isOfEveryTurn = timesEveryTurn && calls.areKnown
  calls.close()
  const histogram = monitorEventLoopDelay(isOfEveryTurn ? { samplePerIteration: true } : { resolution: TIMER_MS })
  histogram.enable()
  return { histogram, isOfEveryTurn }
}
