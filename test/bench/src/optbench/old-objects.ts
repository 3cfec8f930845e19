import { heap, system } from '@pitwall/sdk/contract'
import type { Service } from './service.ts'
import { noise, SimulatedProcess, STEP_MS } from './simulated-process.ts'

const MIB = 2 ** 20

/** A heap in MiB. */
export interface OldOptions {
  /** What stays after a major collection, so long after the start of the process (milliseconds). */
  readonly staying: (age: number) => number
  readonly limit: number
  /** MiB a second that reach the old space and die there, at that age. */
  readonly allocated: (age: number) => number
  /** Milliseconds that a major collection takes for a MiB that stays. */
  readonly markMs: number
  /** How many times as long it takes when three quarters of the heap stay. */
  readonly pressed: number
  readonly containerLimit: number
}

/** A process whose old space fills and is collected. */
export class OldObjects {
  /** Milliseconds of all major collections. */
  spentMs = 0
  limit: number
  readonly process: SimulatedProcess
  readonly #options: OldOptions
  #startedAt = 0

  constructor(service: Service, options: OldOptions) {
    this.#options = options
    this.limit = options.limit
    this.process = new SimulatedProcess(service)
    this.process.levels.set(system.containerMemoryLimit, options.containerLimit * MIB)
  }

  /** The process starts anew. */
  restart(now: number): void {
    this.#startedAt = now
    this.process.restart(now)
  }

  /** A step of time, with so much load. */
  step(now: number, load: number, random: () => number): void {
    const { staying, allocated, markMs, pressed } = this.#options
    const age = now - this.#startedAt
    const stays = Math.min(this.limit - 4, staying(age))
    // V8 lets a heap grow to about twice what stays, where the limit allows for it.
    const room = Math.min(this.limit - stays, stays + 16)
    const near = Math.max(0, Math.min(1, (stays / this.limit - 0.55) / 0.2))
    const count = (allocated(age) * load * STEP_MS) / 1_000 / room
    const pauses = count * markMs * stays * (1 + (pressed - 1) * near) * noise(random, 0.1)
    const active = Math.min(STEP_MS, pauses + STEP_MS * 0.4 * load)
    this.spentMs += pauses
    this.process.live(now, active, STEP_MS - active)
    this.process.collected('major', pauses)
    this.process.levels
      .set(heap.limit, this.limit * MIB)
      .set(heap.afterGc, stays * noise(random, 0.01) * MIB)
      .set(system.containerWorkingSet, (stays * 1.4 + 60) * MIB)
  }
}
