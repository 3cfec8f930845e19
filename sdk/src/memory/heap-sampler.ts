import type { HeapProfiler } from 'node:inspector'
import { type Inspect, inspector } from '../profiles/cpu-sampler.ts'

/** What a window of sampling counts: everything that is allocated, or what is still alive at its end. */
export type SampledBytes = 'allocated' | 'retained'

/** What a sample costs the thread that allocates, in milliseconds. */
export const SAMPLE_MS = 0.002
/** What V8 keeps for a sample, by the growth of resident memory with 600,000 of them. */
const SAMPLE_BYTES = 100

/**
 * V8's sampling heap profiler, of which a process has one: about 2 µs a sample (`npm run bench -- allocation`). Reading it makes V8 collect all garbage
 * first, a pause of 0.1 to 0.8 ms a MiB of heap; starting and dropping it cost nothing.
 */
export class HeapSampler {
  readonly #session = new (inspector().Session)()
  readonly #samples: Record<SampledBytes, number> = { allocated: 0, retained: 0 }
  #running: SampledBytes | undefined

  /** Throws where this Node.js has no inspector. */
  constructor() {
    this.#session.connect()
  }

  /** Starts anew. False where another tool samples the heap: it is left alone. @param intervalBytes bytes between two samples, on average */
  start(counting: SampledBytes, intervalBytes: number): boolean {
    this.drop()
    if (this.#read() !== undefined) return false
    const all = counting === 'allocated'
    this.#session.post('HeapProfiler.startSampling', {
      samplingInterval: intervalBytes,
      includeObjectsCollectedByMajorGC: all,
      includeObjectsCollectedByMinorGC: all,
    })
    this.#running = counting
    return true
  }

  /** The samples since the start; undefined when it does not run. */
  read(): HeapProfiler.SamplingHeapProfileNode | undefined {
    if (this.#running === undefined) return undefined
    const profile = this.#read()
    this.#samples[this.#running] = profile === undefined ? 0 : sampleCount(profile)
    return profile?.head
  }

  /** Samples that the last reading of such a window found. */
  samplesOf(counting: SampledBytes): number {
    return this.#samples[counting]
  }

  /** Bytes that V8 holds for samples, as many as at the end of the last window of this kind; 0 where there was none yet. */
  get heldBytes(): number {
    return this.#running === undefined ? 0 : this.#samples[this.#running] * SAMPLE_BYTES
  }

  /** Where functions can be asked for their places. */
  get inspect(): Inspect {
    return this.#session
  }

  /** Ends sampling without reading. */
  drop(): void {
    if (this.#running !== undefined) this.#session.post('HeapProfiler.disable')
    this.#running = undefined
  }

  close(): void {
    this.drop()
    this.#session.disconnect()
  }

  #read(): HeapProfiler.SamplingHeapProfile | undefined {
    let profile: HeapProfiler.SamplingHeapProfile | undefined
    // Within one thread the inspector answers before `post` returns.
    this.#session.post('HeapProfiler.getSamplingProfile', (error, answer) => {
      if (error === null) profile = answer.profile
    })
    return profile
  }
}

/** V8 lists its samples beside the tree; the types do not know of that. */
function sampleCount(profile: HeapProfiler.SamplingHeapProfile): number {
  const samples: unknown = Reflect.get(profile, 'samples')
  return Array.isArray(samples) ? samples.length : 0
}
