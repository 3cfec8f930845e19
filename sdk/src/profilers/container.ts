import { totalmem } from 'node:os'
import { system } from '../contract/index.ts'
import { type CpuGroup, cpuGroup, type MemoryGroup, memoryGroup } from '../sampling/cgroup.ts'
import { readText } from '../sampling/read-text.ts'
import { Reading } from '../sampling/reading.ts'
import { addSource, type MetricSink } from '../telemetry/source.ts'
import type { Profiler } from './profiler.ts'

/** Limits come to a process without any so seldom that looking for them, which is dear, can wait. */
const LOOK_AGAIN_MS = 60_000

interface Limits {
  readonly memory: MemoryGroup | undefined
  readonly cpu: CpuGroup | undefined
}

/** What the container may use of memory and CPU, and uses; nothing where it has no limit. */
export default {
  start() {
    let lookAgainAt = 0
    const none = { memory: undefined, cpu: undefined }
    const reading = new Reading('container', (): Limits => {
      if (performance.now() < lookAgainAt) return none
      const found = { memory: memoryGroup(readText, totalmem()), cpu: cpuGroup(readText) }
      lookAgainAt = found.memory === undefined && found.cpu === undefined ? performance.now() + LOOK_AGAIN_MS : 0
      return found
    })
    return addSource({
      collect(sink) {
        const { memory, cpu } = reading.value()
        if (memory !== undefined) writeMemory(memory, sink)
        if (cpu !== undefined) writeCpu(cpu, sink)
      },
    })
  },
} satisfies Profiler

function writeMemory({ limit, usage, workingSet }: MemoryGroup, sink: MetricSink): void {
  sink.number(system.containerMemoryLimit, {}, limit)
  sink.number(system.containerMemoryUsage, {}, usage)
  if (workingSet !== undefined) sink.number(system.containerWorkingSet, {}, workingSet)
}

function writeCpu({ limit, used, throttled }: CpuGroup, sink: MetricSink): void {
  sink.number(system.containerCpuLimit, {}, limit)
  if (used !== undefined) sink.number(system.containerCpuTime, {}, used)
  if (throttled !== undefined) sink.number(system.containerThrottledTime, {}, throttled)
}
