import type { HeapProfiler } from 'node:inspector'
import { diag } from '@opentelemetry/api'
import { memory } from '../contract/index.ts'
import type { AllocationSite } from '../memory/allocation-sites.ts'
import { HeapSampler, SAMPLE_MS, type SampledBytes } from '../memory/heap-sampler.ts'
import { leakSites } from '../memory/leak-sites.ts'
import { sampleBetweenProfiles } from '../memory/sampler-turns.ts'
import { type SiteName, SiteNames } from '../memory/site-names.ts'
import { overhead } from '../sampling/overhead.ts'
import { reason } from '../telemetry/diagnostics.ts'
import { addSource } from '../telemetry/source.ts'
import type { Profiler } from './profiler.ts'

const INTERVAL_BYTES = 512 * 1_024
/** Windows in turn: what is allocated, and then what of it stays. Long ones, because readings are what costs. */
const ALLOCATED_MS = 120_000
const RETAINED_MS = 480_000
/** Longest window while a leak is suspected. */
const LEAKING_MS = 270_000
/** Reading collects all garbage, up to 0.8 ms a MiB: above this heap it would block the event loop for more than 50 ms. */
const MAX_HEAP_BYTES = 64 * 2 ** 20
/** Above that, a leak is worth two readings. */
const MAX_LEAKING_BYTES = 256 * 2 ** 20
/**
 * What a reading costs beside its pause, in CPU time of the process during that: V8's threads collect as well, and the process has its
 * memory and machine code to make anew. Not in time on the clock: where others have the processors, that is many times as much.
 */
const AFTERMATH = 2

/** Options of `allocationProfiler`. */
export interface AllocationProfilerOptions {
  /** Length of the window that counts what is allocated, milliseconds; default 120,000. It stands for the whole turn. */
  readonly allocatedMs?: number
  /** Length of the window that counts what stays, milliseconds; default 480,000, and 270,000 at most while a leak is suspected. */
  readonly retainedMs?: number
  /** Nothing is read where more of the heap is used, bytes; default 64 MiB. A reading is a full collection, up to 0.8 ms a MiB. */
  readonly maxHeapBytes?: number
}

/** Bytes that functions allocate, and bytes that stay, sampled in two windows that take turns. */
export function allocationProfiler({
  allocatedMs = ALLOCATED_MS,
  retainedMs = RETAINED_MS,
  maxHeapBytes = MAX_HEAP_BYTES,
}: AllocationProfilerOptions = {}): Profiler {
  return {
    priority: 10,
    start() {
      const sampler = new HeapSampler()
      const names = new SiteNames()
      const allocated = new Map<SiteName, number>()
      let retained = new Map<SiteName, number>()
      /** What a window that counts what is allocated stands for. */
      const turns = 1 + retainedMs / allocatedMs
      let timer: NodeJS.Timeout | undefined

      const window = (counting: SampledBytes) =>
        overhead.time('allocation', () => {
          leakSites.begin()
          wait(counting, sampler.start(counting, INTERVAL_BYTES))
        })
      const wait = (counting: SampledBytes, runs: boolean) => {
        const end = () => {
          overhead.time('allocation', () => read(counting, runs))
          // A leak takes longer than a window, and the objects of one run can be compared.
          if (leakSites.areWanted && counting === 'retained' && runs) wait(counting, runs)
          else window(counting === 'retained' && !leakSites.areWanted ? 'allocated' : 'retained')
        }
        const stayingMs = leakSites.areWanted ? Math.min(retainedMs, LEAKING_MS) : retainedMs
        timer = setTimeout(end, counting === 'allocated' ? allocatedMs : stayingMs).unref()
      }
      const read = (counting: SampledBytes, runs: boolean) => {
        const at = performance.now()
        const before = process.cpuUsage()
        const head = runs && mayPause(counting) ? sampler.read() : undefined
        const { user, system } = process.cpuUsage(before)
        overhead.add('allocation', (AFTERMATH * (user + system)) / 1_000)
        if (head === undefined) return
        if (counting === 'allocated') overhead.add('allocation', sampler.samplesOf('allocated') * SAMPLE_MS * turns)
        placed(head)
          .then((sites) => overhead.time('allocation', () => count(counting, sites, at)))
          .catch((error: unknown) =>
            diag.warn(`a profile of allocations was not counted (${reason(error)}); the agent runs on unaffected.`),
          )
      }
      const mayPause = (counting: SampledBytes) => {
        const { heapUsed } = process.memoryUsage()
        return heapUsed <= maxHeapBytes || (counting === 'retained' && heapUsed <= MAX_LEAKING_BYTES && leakSites.takesPause())
      }
      const count = (counting: SampledBytes, sites: readonly AllocationSite[], at: number) => {
        const sums = names.sum(sites)
        if (counting === 'retained') {
          retained = sums
          leakSites.record(at, sums)
        } else for (const [name, bytes] of sums) allocated.set(name, (allocated.get(name) ?? 0) + bytes * turns)
      }

      const endSampling = sampleBetweenProfiles({
        begin: () => window('allocated'),
        pause: () => {
          clearTimeout(timer)
          sampler.drop()
        },
      })
      const release = overhead.holds('allocation', () => sampler.heldBytes)
      const removeSource = addSource({
        collect(sink) {
          for (const [name, bytes] of allocated) sink.number(memory.allocation, name, bytes)
          for (const [name, bytes] of retained) sink.number(memory.retained, name, bytes)
        },
      })
      let stopped = false
      return () => {
        if (stopped) return
        stopped = true
        endSampling()
        release()
        removeSource()
        sampler.close()
      }
    },
  }
}

/** Loaded when there is something to place: a process that lives shorter does without. */
async function placed(head: HeapProfiler.SamplingHeapProfileNode): Promise<AllocationSite[]> {
  const { placedSites } = await import('../memory/placed-sites.ts')
  return placedSites(head)
}

export default allocationProfiler()
