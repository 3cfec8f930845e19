const MIB = 2 ** 20
const GIB = 2 ** 30

/** What the limit of the semi-space is made out from. Sizes in bytes. */
export interface HeapSettings {
  /** `heap_size_limit` of V8's statistics. */
  readonly heapLimit: number
  /** Memory of the machine, or of the container if it may use less. */
  readonly memory: number
  /** Options of node and V8, the ones that hold last: `NODE_OPTIONS`, then the command line. */
  readonly options: readonly string[]
  /** In a worker: the limit of its whole young generation, three semi-spaces. */
  readonly workerYoungLimit?: number | undefined
}

/**
 * Bytes that one semi-space may grow to, which V8 does not tell; undefined where it cannot be made out with certainty.
 * V8's `heap_size_limit` is the old generation's limit and three semi-spaces (`Heap::MaxReserved`). Node.js sets the old
 * generation's to half of the memory, at most 2 GiB, or 4 GiB from 15 GiB of memory on, and V8 rounds semi-spaces to a
 * power of two: what is left over has to be three of one, or something else is at work and nothing is said. Verified by
 * growing the new space on Node 22, 24 and 26 with 0.5 to 32 GiB of memory (docs/decisions.md).
 */
export function semiSpaceLimit({ heapLimit, memory, options, workerYoungLimit }: HeapSettings): number | undefined {
  if (workerYoungLimit !== undefined) return workerYoungLimit / 3
  if (option(options, 'max-heap-size') !== undefined) return undefined
  const asked = option(options, 'max-semi-space-size')
  if (asked !== undefined) return asked > 0 ? 2 ** Math.ceil(Math.log2(asked * MIB)) : undefined
  const left = (heapLimit - oldLimit(memory, options)) / 3
  const semiSpace = powerOfTwo(left)
  return Math.abs(left - semiSpace) <= MIB / 3 && semiSpace >= MIB / 2 ? semiSpace : undefined
}

/** What the old generation may grow to; NaN where an option is not understood. */
function oldLimit(memory: number, options: readonly string[]): number {
  const megabytes = option(options, 'max-old-space-size')
  if (megabytes !== undefined) return megabytes * MIB
  const percentage = option(options, 'max-old-space-size-percentage')
  if (percentage !== undefined) return Math.floor((memory * percentage) / 100 / MIB) * MIB
  return Math.min(memory / 2, (memory >= 15 * GIB ? 4 : 2) * GIB)
}

/** Value of the last option of this name, NaN for one that is written in another way; undefined without it. */
function option(options: readonly string[], name: string): number | undefined {
  const found = options.map((text) => text.replaceAll('_', '-')).findLast((text) => text === `--${name}` || text.startsWith(`--${name}=`))
  if (found === undefined) return undefined
  const value = found.slice(name.length + 3)
  return value === '' ? NaN : Number(value)
}

function powerOfTwo(bytes: number): number {
  return 2 ** Math.round(Math.log2(bytes))
}
