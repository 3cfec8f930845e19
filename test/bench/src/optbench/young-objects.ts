import { heap, system } from '@pitwall/sdk/contract'
import type { Service } from './service.ts'
import { noise, SimulatedProcess, STEP_MS } from './simulated-process.ts'

const MIB = 2 ** 20

/** What a process does with new objects. */
export interface YoungOptions {
  /** MiB that are allocated a second. */
  readonly allocated: number
  /** Share of them that lasts. */
  readonly lasting: number
  /** MiB that are alive at any time and die soon. */
  readonly alive: number
  /** What a scavenge costs beside copying, as so many MiB copied. */
  readonly fixed: number
  /** Milliseconds that it takes to copy a MiB, and by how much more for each doubling of the semi-space: caches are left behind. */
  readonly copyMs: number
  readonly slower: number
}

/** A process that makes objects and scavenges them; its semi-space is 1 MiB until it is given another. */
export class YoungObjects {
  /** Milliseconds of all scavenges. */
  spentMs = 0
  mebibytes = 1
  readonly process: SimulatedProcess
  readonly #options: YoungOptions

  constructor(service: Service, options: YoungOptions) {
    this.#options = options
    this.process = new SimulatedProcess(service)
    this.process.levels
      .set(heap.semiSpaceLimit, MIB)
      .set(system.containerMemoryLimit, 512 * MIB)
      .set(system.containerWorkingSet, 200 * MIB)
  }

  /** A step of time, with so much load. */
  step(now: number, load: number, random: () => number): void {
    const { allocated, lasting, alive, fixed, copyMs, slower } = this.#options
    const count = (allocated * load * noise(random, 0.1) * STEP_MS) / 1_000 / this.mebibytes
    const promoted = lasting * this.mebibytes
    const survived = Math.min(promoted + alive, this.mebibytes - promoted)
    const pauses = count * copyMs * (1 + slower * Math.log2(this.mebibytes)) * (fixed + survived + promoted) * noise(random, 0.05)
    this.spentMs += pauses
    this.process.live(now, Math.min(STEP_MS, pauses + STEP_MS * 0.3 * load), STEP_MS * (1 - 0.3 * load))
    this.process.collected('minor', pauses)
    this.process.levels.set(heap.semiSpaceLimit, this.mebibytes * MIB)
    for (let looked = 0; looked < Math.min(8, count / 50); looked++)
      this.process.looked({ size: this.mebibytes * MIB, survived: survived * MIB, promoted: promoted * MIB, isAtLimit: true })
  }
}
