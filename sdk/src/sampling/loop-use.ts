import { type EventLoopUtilization, monitorEventLoopDelay } from 'node:perf_hooks'
import { timesEveryTurn } from './loop-delay.ts'

/** Milliseconds since the event loop began. */
export interface LoopUse {
  readonly activeMs: number
  readonly idleMs: number
}

/**
 * How long the event loop has been busy. `performance.eventLoopUtilization()` loses idle time while V8 samples the thread on Linux
 * (docs/decisions.md); the sum of the turns that libuv times, from Node 24 on, does not. The turn that runs counts when it is over.
 */
export class LoopUseReader {
  readonly #turns: ReturnType<typeof monitorEventLoopDelay> | undefined
  readonly #begun: NodeJS.Immediate
  #activeBefore: number | undefined

  constructor() {
    this.#turns = timesEveryTurn ? monitorEventLoopDelay({ samplePerIteration: true }) : undefined
    this.#turns?.enable()
    // The turn that begins it would count the wait that follows as well.
    this.#begun = setImmediate(() => this.#begin()).unref()
  }

  read(): LoopUse {
    const told = performance.eventLoopUtilization()
    const activeMs = this.#activeMs(told)
    return { activeMs, idleMs: Math.max(0, told.active + told.idle - activeMs) }
  }

  stop(): void {
    clearImmediate(this.#begun)
    this.#turns?.disable()
  }

  #begin(): void {
    this.#turns?.reset()
    this.#activeBefore = performance.eventLoopUtilization().active
  }

  #activeMs({ active }: EventLoopUtilization): number {
    if (this.#turns === undefined || this.#activeBefore === undefined) return active
    return this.#activeBefore + (this.#turns.count === 0 ? 0 : (this.#turns.mean / 1e6) * this.#turns.count)
  }
}

/** Share of the time between two readings in which the loop was busy, from 0 to 1. */
export function busyShare(before: LoopUse, now: LoopUse): number {
  const activeMs = now.activeMs - before.activeMs
  const passedMs = activeMs + now.idleMs - before.idleMs
  return passedMs > 0 ? Math.min(1, Math.max(0, activeMs / passedMs)) : 0
}
