import { closeSync, openSync, readSync } from 'node:fs'

/** What the system says of one thread, in milliseconds since it began. */
export interface Scheduling {
  /** Time that it ran on a processor. */
  readonly cpuMs: number
  /** Time that it could have run, and waited for a processor. */
  readonly waitedMs: number
}

/** Of one thread: the one that has opened it. */
export interface SchedulingReader {
  read(): Scheduling
  close(): void
}

const FILE = '/proc/thread-self/schedstat'

/**
 * Opens what Linux knows of this thread, to the nanosecond; a look takes 1 µs. `process.threadCpuUsage()` is of no use here:
 * where the kernel counts in ticks it sees 13 % of a burst of half a millisecond (docs/decisions.md).
 * @returns undefined where the system has no such file, or does not let us read it
 */
export function openScheduling(): SchedulingReader | undefined {
  try {
    const file = openSync(FILE, 'r')
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
