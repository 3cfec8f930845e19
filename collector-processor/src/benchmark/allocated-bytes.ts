import { getHeapStatistics } from 'node:v8'
import type { Inputs } from './inputs.ts'
import { type Compared, outcomesOf } from './outcome.ts'

/** Rounds of all inputs; the median counts, because a collection in one of them takes away what it allocated. */
const ROUNDS = 9

/**
 * Bytes that a call allocates on the JavaScript heap, beyond those of a call that does nothing; undefined where garbage cannot be collected
 * first (`--expose-gc`).
 */
export async function allocatedBytes<I, O>(fn: Compared<I, O>, inputs: Inputs<I>): Promise<number | undefined> {
  if (globalThis.gc === undefined) return undefined
  return Math.max(0, (await grownBytes(fn, inputs, globalThis.gc)) - (await grownBytes(() => undefined, inputs, globalThis.gc)))
}

async function grownBytes<I, O>(fn: Compared<I, O>, inputs: Inputs<I>, collect: NodeJS.GCFunction): Promise<number> {
  const found: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const given = inputs.fresh()
    void collect()
    const before = getHeapStatistics().used_heap_size
    await outcomesOf(fn, given)
    found.push((getHeapStatistics().used_heap_size - before) / given.length)
  }
  const [middle] = found.toSorted((a, b) => a - b).slice(ROUNDS >> 1)
  return middle ?? 0
}
