import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import { isMainThread, resourceLimits } from 'node:worker_threads'
import { semiSpaceLimit } from './semi-space.ts'

/** Bytes that one semi-space of this thread may grow to; undefined where it cannot be known. It never changes while the process runs. */
export function ownSemiSpaceLimit(): number | undefined {
  const constrained = process.constrainedMemory()
  const total = totalmem()
  const young = isMainThread ? undefined : resourceLimits.maxYoungGenerationSizeMb
  return semiSpaceLimit({
    heapLimit: getHeapStatistics().heap_size_limit,
    memory: constrained > 0 && constrained < total ? constrained : total,
    options: [...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/), ...process.execArgv],
    workerYoungLimit: young === undefined ? undefined : young * 2 ** 20,
  })
}
