import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Holds what is measured, so that it is not collected before. */
const kept = new Set<object>()

/** Bytes that what `make` returns takes, in the heap and in buffers. The second time counts: the first one compiles code. */
export async function bytesOf(make: () => object): Promise<number> {
  make()
  const before = await bytesInUse()
  kept.add(make())
  const after = await bytesInUse()
  kept.clear()
  return after - before
}

async function bytesInUse(): Promise<number> {
  // Buffers are freed in the background after the objects that held them.
  for (let round = 0; round < 4; round++) {
    collectGarbage()
    await setTimeout(5)
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
