import { GCProfiler, getHeapStatistics } from 'node:v8'

/** A figure about a piece of the program that holds the event loop all the time; of others it is not known. */
export interface Meter {
  readonly figure: 'cpuMs' | 'allocatedBytes'
  /**
   * Begins to measure.
   * @returns ends it, to be called once: is told how long it was, in milliseconds, and gives the figure, or undefined where it is not known
   */
  start(): (milliseconds: number) => number | undefined
}

/** Shorter pieces are not told apart from the two looks at the processor's time, 0.7 µs each (docs/decisions.md). */
const LEAST_CPU_MS = 1

/**
 * Processor time, in milliseconds. It is the one of the process, of which at most the time that passed is this thread's: where other
 * threads work at the same time, an upper bound. The one of the thread is not used: on many kernels it counts in ticks of 4 ms.
 */
export const cpuTime: Meter = {
  figure: 'cpuMs',
  start() {
    const before = process.cpuUsage()
    return (milliseconds) => {
      if (milliseconds < LEAST_CPU_MS) return undefined
      const { user, system } = process.cpuUsage(before)
      return Math.min(milliseconds, (user + system) / 1_000)
    }
  },
}

/** With a collection in between, less than this is within the error (docs/decisions.md). */
const LEAST_COLLECTED_BYTES = 2 ** 20

/**
 * Bytes allocated on the JavaScript heap: by how much it has grown, and what garbage collections took from it meanwhile. Within 2 % from
 * 64 KiB on, 1 KiB below that, but for a rare piece during which V8 sweeps what an earlier collection left: the mean of many is to be
 * trusted more than the largest. Buffers lie outside of the heap and are not counted.
 */
export const allocation: Meter = {
  figure: 'allocatedBytes',
  start() {
    const collections = new GCProfiler()
    collections.start()
    const before = getHeapStatistics().used_heap_size
    return () => {
      const grown = getHeapStatistics().used_heap_size - before
      const { statistics } = collections.stop()
      const freed = statistics.map(({ beforeGC, afterGC }) => beforeGC.heapStatistics.usedHeapSize - afterGC.heapStatistics.usedHeapSize)
      const allocated = freed.reduce((sum, bytes) => sum + bytes, grown)
      return allocated < (freed.length === 0 ? 0 : LEAST_COLLECTED_BYTES) ? undefined : allocated
    }
  },
}
