import { closeSync, openSync, readSync } from 'node:fs'

/** What the system says of one thread, in milliseconds since it began. */
export interface Scheduling {
  /** Time that it ran on a processor. */
  readonly cpuMs: number
  /** Time that it could have run, and waited for a processor. */
  readonly waitedMs: number
}

/** Of one thread. */
export interface SchedulingReader {
  read(): Scheduling
  close(): void
}

/**
 * Opens what Linux knows of a thread, to the nanosecond; a look takes 1 µs. `process.threadCpuUsage()` is of no use here:
 * where the kernel counts in ticks it sees 13 % of a burst of half a millisecond (docs/decisions.md).
 * @param thread number of a thread of this process; default: the one that calls
 * @returns undefined where the system has no such file, or does not let us read it
 */
export function openScheduling(thread?: number): SchedulingReader | undefined {
  try {
    const file = openSync(thread === undefined ? '/proc/thread-self/schedstat' : `/proc/self/task/${thread}/schedstat`, 'r')
    const text = Buffer.alloc(64)
    return {
      read() {
        const [cpu, waited] = text.toString('latin1', 0, readSync(file, text, 0, text.length, 0)).split(' ')
        return { cpuMs: Number(cpu) / 1e6, waitedMs: Number(waited) / 1e6 }
      },
      close: () => closeSync(file),
    }
  } catch {
    return undefined
  }
}
