import { promisify } from 'node:util'
import { gzip, gzipSync } from 'node:zlib'
import { Places } from '../profiles/places.ts'
import { profiledBodies } from '../profiles/profiled-bodies.ts'
import { sourceMaps } from '../profiles/source-maps.ts'
import { overhead } from '../sampling/overhead.ts'
import { type AllocationProfile, allocationProfileOf, type SampledAllocations } from './allocation-profile.ts'
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

/** A profile that is being taken; what is sampled all the time stands back until it ends. */
export class AllocationRun {
  readonly #sampler = new HeapSampler()
  readonly #giveBack: () => void
  readonly #intervalBytes: number
  readonly #startedAt = Date.now()
  readonly #turn: NodeJS.Timeout
  #windowBegan = 0
  #allocated: Window | undefined

  /** Begins to count what is allocated, and after half of the time what stays. @throws Error where a profile is being taken, or another tool samples the heap */
  constructor(durationMs: number) {
    const giveBack = takeSampler()
    this.#giveBack = giveBack ?? (() => {})
    this.#intervalBytes = Math.max(LEAST_INTERVAL_BYTES, Math.round(durationMs * INTERVAL_BYTES_PER_MS))
    this.#turn = setTimeout(() => this.#countWhatStays(), durationMs / 2).unref()
    if (giveBack !== undefined && this.#start('allocated')) return
    this.#close()
    throw new Error(
      giveBack === undefined
        ? 'an allocation profile is being taken already, and V8 has one sampler. Ask again when it is done.'
        : 'another tool samples the heap, and V8 has one sampler. End its sampling first.',
    )
  }

  /** Ends it, with all source maps. @throws Error where another tool has ended the sampling */
  async end(): Promise<AllocationProfile> {
    const sampled = this.#sampled()
    await sourceMaps.load(scriptsOn([...sampled.allocated.keys(), ...sampled.retained.keys()]), 'allocation')
    const profile = made(sampled)
    return { ...profile, pprof: await promisify(gzip)(profile.pprof) }
  }

  /** The same at once, for a process that ends: with the source maps that are known. */
  endNow(): AllocationProfile {
    const profile = made(this.#sampled())
    return { ...profile, pprof: gzipSync(profile.pprof) }
  }

  #countWhatStays(): void {
    this.#allocated = this.#read()
    overhead.add('allocation', 2 * this.#sampler.samplesOf('allocated') * SAMPLE_MS)
    // Where another tool has ended it, what that tool samples next is not ours.
    if (this.#allocated === undefined) this.#sampler.drop()
    else this.#start('retained')
  }

  #sampled(): SampledAllocations {
    // Where it ends in the first half, nothing was counted that stays.
    const retained = this.#allocated === undefined ? { stacks: new Map<never, never>(), ms: 0 } : this.#read()
    const allocated = this.#allocated ?? this.#read()
    overhead.time('allocation', () => profiledBodies.update(this.#sampler.inspect))
    this.#close()
    if (allocated === undefined || retained === undefined)
      throw new Error('another tool has ended the sampling of the heap. Try again without it.')
    return {
      startedAt: this.#startedAt,
      intervalBytes: this.#intervalBytes,
      allocatedMs: allocated.ms,
      retainedMs: retained.ms,
      allocated: allocated.stacks,
      retained: retained.stacks,
    }
  }

  #close(): void {
    clearTimeout(this.#turn)
    this.#sampler.close()
    this.#giveBack()
  }

  #start(counting: SampledBytes): boolean {
    this.#windowBegan = performance.now()
    return overhead.time('allocation', () => this.#sampler.start(counting, this.#intervalBytes))
  }

  #read(): Window | undefined {
    const ms = performance.now() - this.#windowBegan
    const head = overhead.time('allocation', () => this.#sampler.read())
    return head && { stacks: heapStacks(head), ms }
  }
}

function made(sampled: SampledAllocations): AllocationProfile {
  return overhead.time('allocation', () => allocationProfileOf(sampled, new Places(process.cwd())))
}
