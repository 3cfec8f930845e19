import { readdirSync, statSync } from 'node:fs'
import { memoryUsage, resourceUsage, uptime } from 'node:process'
import { ProcFile } from './proc-file.ts'
import { numberAfter } from './read-text.ts'

/** Bytes of one kind of transfer in both directions, since their counting began. */
export interface Transferred {
  readonly in: number
  readonly out: number
}

/** What the operating system says of this process now. Times in seconds, sizes in bytes; undefined where it cannot be known. */
export interface ProcessReading {
  readonly userCpu: number
  readonly systemCpu: number
  readonly memory: number
  readonly voluntarySwitches: number
  readonly involuntarySwitches: number
  readonly minorFaults: number
  readonly majorFaults: number
  readonly uptime: number
  readonly disk: Transferred | undefined
  readonly network: Transferred | undefined
  readonly threads: number | undefined
  readonly fileDescriptors: number | undefined
}

/** Reads it all again and again, for about 20 µs each time, a few times that in a process that rests. */
export class ProcessReader {
  readonly #status = new ProcFile('/proc/self/status')
  readonly #io = new ProcFile('/proc/self/io')
  readonly #network = new ProcFile('/proc/self/net/dev')

  read(): ProcessReading {
    const usage = resourceUsage()
    const status = this.#status.read()
    const residentKib = numberAfter('VmRSS', status)
    return {
      userCpu: usage.userCPUTime / 1e6,
      systemCpu: usage.systemCPUTime / 1e6,
      memory: residentKib === undefined ? memoryUsage.rss() : residentKib * 1_024,
      voluntarySwitches: usage.voluntaryContextSwitches,
      involuntarySwitches: usage.involuntaryContextSwitches,
      minorFaults: usage.minorPageFault,
      majorFaults: usage.majorPageFault,
      uptime: uptime(),
      disk: diskIo(this.#io.read()),
      network: networkIo(this.#network.read()),
      threads: numberAfter('Threads', status),
      fileDescriptors: fileDescriptors(),
    }
  }

  close(): void {
    this.#status.close()
    this.#io.close()
    this.#network.close()
  }
}

/** What reached or came from a disk; the kernel does not tell in every container. */
export function diskIo(text: string | undefined): Transferred | undefined {
  const read = numberAfter('read_bytes', text)
  const written = numberAfter('write_bytes', text)
  return read === undefined || written === undefined ? undefined : { in: read, out: written }
}

/** Sum over the interfaces but loopback. Columns: received bytes first, sent ones ninth. Without an interface nothing is known. */
export function networkIo(text: string | undefined): Transferred | undefined {
  const interfaces = [...(text ?? '').matchAll(/^\s*([^\s:]+):\s*(\d+)(?:\s+\d+){7}\s+(\d+)/gm)].filter(([, name]) => name !== 'lo')
  if (interfaces.length === 0) return undefined
  const sum = (column: number) => interfaces.reduce((total, columns) => total + Number(columns[column]), 0)
  return { in: sum(2), out: sum(3) }
}

/** Since Linux 6.2 the size of the folder is their number; before, they have to be listed. */
function fileDescriptors(): number | undefined {
  const size = statSync('/proc/self/fd', { throwIfNoEntry: false })?.size
  if (size === undefined || size > 0) return size
  // Listing opens one more.
  return readdirSync('/proc/self/fd').length - 1
}
