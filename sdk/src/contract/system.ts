import { number } from './metric.ts'

/** What the operating system says of the process, and of the container that it runs in. */
export const system = {
  cpuTime: number('counter', 'process.cpu.time', 's', ['cpu.mode'], 'CPU time of all threads of the process.'),
  memoryUsage: number('updowncounter', 'process.memory.usage', 'By', [], 'Physical memory of the process (resident set).'),
  diskIo: number('counter', 'process.disk.io', 'By', ['disk.io.direction'], 'Bytes that the process had the disk read and write (Linux).'),
  contextSwitches: number(
    'counter',
    'process.context_switches',
    '{context_switch}',
    ['process.context_switch.type'],
    'Times that a thread of the process gave its processor up, or lost it.',
  ),
  pagingFaults: number(
    'counter',
    'process.paging.faults',
    '{fault}',
    ['system.paging.fault.type'],
    'Page faults of the process: major ones had to wait for the disk.',
  ),
  threads: number('updowncounter', 'process.thread.count', '{thread}', [], 'Threads of the process (Linux).'),
  fileDescriptors: number(
    'updowncounter',
    'process.unix.file_descriptor.count',
    '{file_descriptor}',
    [],
    'Files and sockets that the process has open (Linux).',
  ),
  uptime: number('gauge', 'process.uptime', 's', [], 'Time that the process has been running.'),
  networkIo: number(
    'counter',
    'system.network.io',
    'By',
    ['network.io.direction'],
    'Bytes through the network interfaces that the process sees, without loopback: those of its container, or else of the host (Linux).',
  ),
  containerMemoryUsage: number('updowncounter', 'container.memory.usage', 'By', [], 'Memory that counts against the limit.'),
  containerWorkingSet: number(
    'updowncounter',
    'container.memory.working_set',
    'By',
    [],
    'The same without file pages that can be dropped at once.',
  ),
  containerMemoryLimit: number(
    'gauge',
    'pitwall.container.memory.limit',
    'By',
    [],
    'Memory that the container may use (cgroup v1 or v2); absent without a limit.',
  ),
  containerCpuTime: number('counter', 'container.cpu.time', 's', [], 'CPU time that counts against the quota.'),
  containerCpuLimit: number(
    'gauge',
    'pitwall.container.cpu.limit',
    '{cpu}',
    [],
    'Processors that the container may use at a time, by its quota; absent without one.',
  ),
  containerThrottledTime: number(
    'counter',
    'pitwall.container.cpu.throttled.time',
    's',
    [],
    'Time that the container stood still because its quota was used up.',
  ),
} as const
