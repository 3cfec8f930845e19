import type { Service } from './service.ts'
import { noise, SimulatedProcess } from './simulated-process.ts'

/** Work that comes to the processes of a service. */
export interface QueuedOptions {
  /** Pieces of work a second at a time, milliseconds since the world began. */
  readonly perSecond: (now: number) => number
  /** Mean time that a piece takes, milliseconds, and the standard deviation of its logarithm. */
  readonly meanMs: number
  readonly spread: number
  readonly processes: number
  /** Number of the process that a piece goes to; by chance among all by default. */
  readonly route?: (processes: number) => number
}

interface Loop {
  readonly process: SimulatedProcess
  /** When it has done all that came. */
  freeAt: number
  /** Up to when it was told how it lived. */
  toldUntil: number
}

/** Event loops that do one piece of work after another, each in its turn. */
export class QueuedWork {
  /** Milliseconds that all pieces together have waited. */
  waitedMs = 0
  readonly #service: Service
  readonly #options: QueuedOptions
  readonly #random: () => number
  readonly #loops: Loop[] = []
  #next = 0

  constructor(service: Service, options: QueuedOptions, random: () => number) {
    this.#service = service
    this.#options = options
    this.#random = random
    this.scale(options.processes)
  }

  /** Runs in so many processes from now on. */
  scale(processes: number): void {
    while (this.#loops.length < processes) {
      const service = this.#loops.length === 0 ? this.#service : this.#service.another()
      this.#loops.push({ process: new SimulatedProcess(service), freeAt: this.#next, toldUntil: this.#next })
    }
  }

  play(until: number): void {
    const { perSecond, meanMs, spread, route = (count) => Math.floor(this.#random() * count) } = this.#options
    while (this.#next < until) {
      const loop = this.#loops[route(this.#loops.length)]
      if (loop === undefined) return
      const ms = (meanMs * noise(this.#random, spread)) / Math.exp(spread ** 2 / 2)
      this.waitedMs += Math.max(0, loop.freeAt - this.#next)
      this.#tell(loop, this.#next)
      loop.freeAt = Math.max(loop.freeAt, this.#next) + ms
      this.#next += (-Math.log(1 - this.#random()) * 1_000) / perSecond(this.#next)
    }
    for (const loop of this.#loops) this.#tell(loop, until)
  }

  /** Says how a loop lived until now: it worked until it had done all, and rested then. */
  #tell(loop: Loop, now: number): void {
    const active = Math.max(0, Math.min(loop.freeAt, now) - loop.toldUntil)
    loop.process.live(now, active, Math.max(0, now - loop.toldUntil - active))
    loop.toldUntil = Math.max(loop.toldUntil, now)
  }
}
