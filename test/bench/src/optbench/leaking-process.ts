import { heap, leak, system } from '@pitwall/sdk/contract'
import type { Service } from './service.ts'
import { noise, SimulatedProcess, STEP_MS } from './simulated-process.ts'

const MIB = 2 ** 20
/** A leak is established so long after the start, milliseconds. */
const ESTABLISHED_MS = 40 * 60_000
/** What a process needs is in its heap so long after its start. */
const WARM_MS = 15 * 60_000

/** A process that may leak. */
export class LeakingProcess {
  /** Bytes times the milliseconds that they were held. */
  heldMs = 0
  /** MiB an hour. */
  perHour: number
  readonly process: SimulatedProcess
  readonly #base: number
  readonly #limit: number
  #startedAt = 0
  #leaked = 0

  constructor(service: Service, base: number, perHour: number, limit: number) {
    this.process = new SimulatedProcess(service)
    this.perHour = perHour
    this.#base = base
    this.#limit = limit
  }

  restart(now: number): void {
    this.#startedAt = now
    this.#leaked = 0
    this.process.restart(now)
  }

  step(now: number, random: () => number): void {
    const age = now - this.#startedAt
    this.#leaked += (this.perHour * STEP_MS) / 3_600_000
    const held = this.#base * Math.min(1, 0.3 + age / WARM_MS) + this.#leaked
    this.heldMs += held * MIB * STEP_MS
    this.process.live(now, STEP_MS / 5, (4 * STEP_MS) / 5)
    this.process.collected('major', 5)
    const { levels } = this.process
    levels.set(heap.limit, this.#limit * MIB).set(heap.afterGc, held * noise(random, 0.01) * MIB)
    // What a restart ends is not exported any more.
    if (this.perHour > 0 && age > ESTABLISHED_MS) levels.set(leak.growth, this.perHour * noise(random, 0.05) * MIB)
    else levels.delete(leak.growth)
    levels.set(system.containerWorkingSet, (held + 80) * MIB)
  }
}
