import { totalmem } from 'node:os'
import { system } from '../contract/index.ts'
import { type CpuGroup, cpuGroup, type MemoryGroup, memoryGroup } from '../sampling/cgroup.ts'
import { readText } from '../sampling/read-text.ts'
import { Reading } from '../sampling/reading.ts'
import { addSource, type MetricSink } from '../telemetry/source.ts'
import type { Profiler } from './profiler.ts'

/** What the container may use of memory and CPU, and uses; nothing where it has no limit. */
export default {
  start() {
    const reading = new Reading('container', () => ({ memory: memoryGroup(readText, totalmem()), cpu: cpuGroup(readText) }))
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
