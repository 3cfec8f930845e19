import { isMainThread } from 'node:worker_threads'
import { system } from '../contract/index.ts'
import { ProcessReader, type ProcessReading, type Transferred } from '../sampling/process-reading.ts'
import { Reading } from '../sampling/reading.ts'
import { startSeconds } from '../sampling/start-watch.ts'
import { addSource, type MetricSink } from '../telemetry/source.ts'
import type { Profiler } from './profiler.ts'

/** CPU, memory, disk, network, context switches, page faults, threads and open files, as the operating system counts them, and the time to start. */
export default {
  start() {
    const reader = new ProcessReader()
    const reading = new Reading('process', () => reader.read())
    const removeSource = addSource({ collect: (sink) => write(reading.value(), sink) })
    return () => {
      removeSource()
      reader.close()
    }
  },
} satisfies Profiler

function write(reading: ProcessReading, sink: MetricSink): void {
  sink.number(system.cpuTime, { 'cpu.mode': 'user' }, reading.userCpu)
  sink.number(system.cpuTime, { 'cpu.mode': 'system' }, reading.systemCpu)
  sink.number(system.memoryUsage, {}, reading.memory)
  sink.number(system.contextSwitches, { 'process.context_switch.type': 'voluntary' }, reading.voluntarySwitches)
  sink.number(system.contextSwitches, { 'process.context_switch.type': 'involuntary' }, reading.involuntarySwitches)
  sink.number(system.pagingFaults, { 'system.paging.fault.type': 'minor' }, reading.minorFaults)
  sink.number(system.pagingFaults, { 'system.paging.fault.type': 'major' }, reading.majorFaults)
  sink.number(system.uptime, {}, reading.uptime)
  const start = isMainThread ? startSeconds() : undefined
  if (start !== undefined) sink.number(system.startDuration, {}, start)
  if (reading.threads !== undefined) sink.number(system.threads, {}, reading.threads)
  if (reading.fileDescriptors !== undefined) sink.number(system.fileDescriptors, {}, reading.fileDescriptors)
  if (reading.disk !== undefined) writeDisk(reading.disk, sink)
  if (reading.network !== undefined) writeNetwork(reading.network, sink)
}

function writeDisk(disk: Transferred, sink: MetricSink): void {
  sink.number(system.diskIo, { 'disk.io.direction': 'read' }, disk.in)
  sink.number(system.diskIo, { 'disk.io.direction': 'write' }, disk.out)
}

function writeNetwork(network: Transferred, sink: MetricSink): void {
  sink.number(system.networkIo, { 'network.io.direction': 'receive' }, network.in)
  sink.number(system.networkIo, { 'network.io.direction': 'transmit' }, network.out)
}
