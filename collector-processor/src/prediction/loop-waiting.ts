import type { Blocks } from '../prometheus/series.ts'
import { eventLoopWait } from './queueing.ts'

/** Assumptions about work that waits for an event loop. */
export interface Waiting {
  /** Squared variation of the time that the loop works on one piece: 0 when all take equally long, 1 when they are exponential. */
  readonly squaredVariation: number
  /** Above this share of time that the loop works the wait is no longer believed: callers wait for each other then, or go away. */
  readonly mostUtilized: number
}

/** From the most careful assumption to the boldest: how much the pieces of work differ is not measured. */
export const assumptions = {
  lower: { squaredVariation: 0, mostUtilized: 0.9 },
  likely: { squaredVariation: 1, mostUtilized: 0.95 },
  upper: { squaredVariation: 4, mostUtilized: 0.95 },
} as const satisfies Record<string, Waiting>

/**
 * Seconds that work waits, in each second, for one event loop that is busy for this share of the time: arrivals times mean wait,
 * which is the length of the queue. By Pollaczek's and Khinchine's formula ρ² (1 + v) / (2 (1 − ρ)), whatever the number of
 * arrivals and the time that each takes: so it needs the utilization alone. Arrivals must be random.
 */
export function waitingSeconds(utilization: number, { squaredVariation, mostUtilized }: Waiting): number {
  const busy = Math.min(Math.max(0, utilization), mostUtilized)
  // In units of the service time there are as many arrivals a second as the loop is busy.
  const wait = eventLoopWait({ arrivalsPerSecond: busy, serviceSeconds: 1, squaredVariation })
  return wait?.kind === 'steady' ? wait.seconds * busy : 0
}

/** The same in each block for all event loops of a service, from the utilization of each. */
export function waitingOf(utilizations: readonly Blocks[], waiting: Waiting): Blocks {
  const blocks = Math.max(0, ...utilizations.map(({ length }) => length))
  return Array.from({ length: blocks }, (_, index) => {
    const present = utilizations.flatMap((loop) => loop[index] ?? [])
    return present.length === 0 ? undefined : present.reduce((sum, value) => sum + waitingSeconds(value, waiting), 0)
  })
}

/** Seconds of waiting that are saved in each second of each block when the work is divided evenly among so many event loops. */
export function waitingSaved(utilizations: readonly Blocks[], loops: number, waiting: Waiting): Blocks {
  return waitingOf(utilizations, waiting).map((seconds, index) => {
    if (seconds === undefined) return undefined
    const work = utilizations.reduce((sum, loop) => sum + (loop[index] ?? 0), 0)
    return seconds - loops * waitingSeconds(work / loops, waiting)
  })
}
