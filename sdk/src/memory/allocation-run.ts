import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Places } from '../profiles/places.ts'
import { profiledBodies } from '../profiles/profiled-bodies.ts'
import { sourceMaps } from '../profiles/source-maps.ts'
import { overhead } from '../sampling/overhead.ts'
import { type AllocationProfile, allocationProfileOf } from './allocation-profile.ts'
import { HeapSampler, SAMPLE_MS, type SampledBytes } from './heap-sampler.ts'
import { type HeapStacks, heapStacks, scriptsOn } from './heap-stacks.ts'
import { takeSampler } from './sampler-turns.ts'

/** Bytes between two samples, on average: more of them in a longer profile, so that 4 GB a second make 200,000 samples, which are read in 0.1 s. */
const LEAST_INTERVAL_BYTES = 64 * 1_024
const INTERVAL_BYTES_PER_MS = 10

/** Stacks that were sampled for a while. */
interface Window {
  readonly stacks: HeapStacks
  readonly ms: number
}

/** A profile that is being taken; what is sampled all the time stands back until it is closed. */
export class AllocationRun {
  readonly #giveBack = takenSampler()
  readonly #sampler = new HeapSampler()
  readonly #intervalBytes: number
  readonly #startedAt = Date.now()
  #windowBegan = 0

  /** Begins to count what is allocated. @throws Error where a profile is being taken, or another tool samples the heap */
  constructor(durationMs: number) {
    this.#intervalBytes = Math.max(LEAST_INTERVAL_BYTES, Math.round(durationMs * INTERVAL_BYTES_PER_MS))
    if (this.#start('allocated')) return
    this.close()
    throw new Error('another tool samples the heap, and V8 has one sampler. End its sampling first.')
  }

  /** Ends that, and begins to count what stays. */
  turn(): Window {
    const window = this.#read()
    overhead.add('allocation', 2 * this.#sampler.samplesOf('allocated') * SAMPLE_MS)
    this.#start('retained')
    return window
  }

  /** Ends that, and makes the profile, with all source maps. @param allocated what `turn` gave */
  async end(allocated: Window): Promise<AllocationProfile> {
    const retained = this.#read()
    overhead.time('allocation', () => profiledBodies.update(this.#sampler.inspect))
    this.close()
    await sourceMaps.load(scriptsOn([...allocated.stacks.keys(), ...retained.stacks.keys()]))
    const sampled = {
      startedAt: this.#startedAt,
      intervalBytes: this.#intervalBytes,
      allocatedMs: allocated.ms,
      retainedMs: retained.ms,
      allocated: allocated.stacks,
      retained: retained.stacks,
    }
    const profile = overhead.time('allocation', () => allocationProfileOf(sampled, new Places(process.cwd())))
    return { ...profile, pprof: await promisify(gzip)(profile.pprof) }
  }

  /** Gives the sampler back. */
  close(): void {
    this.#sampler.close()
    this.#giveBack()
  }

  #start(counting: SampledBytes): boolean {
    this.#windowBegan = performance.now()
    return overhead.time('allocation', () => this.#sampler.start(counting, this.#intervalBytes))
  }

  #read(): Window {
    const ms = performance.now() - this.#windowBegan
    const head = overhead.time('allocation', () => this.#sampler.read())
    if (head === undefined) throw new Error('another tool has ended the sampling of the heap. Try again without it.')
    return { stacks: heapStacks(head), ms }
  }
}

function takenSampler(): () => void {
  const giveBack = takeSampler()
  if (giveBack !== undefined) return giveBack
  throw new Error('an allocation profile is being taken already, and V8 has one sampler. Ask again when it is done.')
}
