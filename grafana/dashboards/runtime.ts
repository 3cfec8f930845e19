import { eventLoop, heap, runtime, system } from '@pitwall/sdk/contract'
import { figure, lines, unit } from '../panels.ts'
import { aggregate, quantile, rate, select, selectPart } from '../promql.ts'
import type { DashboardDefinition } from './dashboard.ts'

const instance = 'service.instance.id'
const legend = '{{service_instance_id}}'
const perInstance = (expression: string) => aggregate('sum', [instance], expression)

/** What the processes ask of machine, event loop and heap. */
export default {
  title: 'Pitwall / Runtime',
  description: 'CPU, memory, input and output, event loop, garbage collection and heap of each process, with their limits.',
  rows: [
    {
      title: 'Now',
      panels: [
        figure({
          title: 'CPU',
          description: 'CPU time a second of all processes: 100 % is one core.',
          unit: unit.share,
          width: 6,
          expr: aggregate('sum', [], rate(select(system.cpuTime))),
        }),
        figure({
          title: 'Memory',
          description: 'Physical memory of all processes.',
          unit: unit.bytes,
          width: 6,
          expr: aggregate('sum', [], select(system.memoryUsage)),
        }),
        figure({
          title: 'Busiest event loop',
          description: 'Share of time in which the busiest event loop worked; above 80 % requests wait for each other.',
          unit: unit.share,
          width: 6,
          expr: aggregate('max', [], rate(select(eventLoop.time, { 'nodejs.eventloop.state': 'active' }))),
        }),
        figure({
          title: 'Most garbage collection',
          description:
            'Share of time in which garbage collection stopped the process that has most of it; above 2 % look at the heap below.',
          unit: unit.share,
          width: 6,
          expr: aggregate('max', [], rate(select(runtime.gcTime))),
        }),
      ],
    },
    {
      title: 'Machine',
      panels: [
        lines({
          title: 'CPU time, and the quota',
          description: 'CPU time a second by process, beside what its container may use. At the quota everything slows down.',
          unit: unit.share,
          width: 8,
          queries: [
            { expr: perInstance(rate(select(system.cpuTime))), legend },
            { expr: perInstance(select(system.containerCpuLimit)), legend: `${legend}, quota` },
            { expr: perInstance(rate(select(system.containerThrottledTime))), legend: `${legend}, throttled` },
          ],
        }),
        lines({
          title: 'Memory, and the limit',
          description:
            'Physical memory by process, and what counts against the limit of its container; at the limit the process is killed.',
          unit: unit.bytes,
          width: 8,
          queries: [
            { expr: perInstance(select(system.memoryUsage)), legend },
            { expr: perInstance(select(system.containerWorkingSet)), legend: `${legend}, working set` },
            { expr: perInstance(select(system.containerMemoryLimit)), legend: `${legend}, limit` },
          ],
        }),
        lines({
          title: 'Disk and network',
          description: 'Bytes a second: of the process with the disk, of its container (or host) with the network.',
          unit: unit.bytesPerSecond,
          width: 8,
          queries: [
            { expr: aggregate('sum', ['disk.io.direction'], rate(select(system.diskIo))), legend: 'disk, {{disk_io_direction}}' },
            {
              expr: aggregate('max', ['network.io.direction'], rate(select(system.networkIo))),
              legend: 'network, {{network_io_direction}}',
            },
          ],
        }),
        lines({
          title: 'Context switches',
          description: 'Times a second that threads waited, or had to give way: many involuntary ones mean too few processors.',
          unit: unit.perSecond,
          width: 8,
          queries: [
            {
              expr: aggregate('sum', ['process.context_switch.type'], rate(select(system.contextSwitches))),
              legend: '{{process_context_switch_type}}',
            },
          ],
        }),
        lines({
          title: 'Page faults',
          description: 'Page faults a second; major ones wait for the disk.',
          unit: unit.perSecond,
          width: 8,
          queries: [
            {
              expr: aggregate('sum', ['system.paging.fault.type'], rate(select(system.pagingFaults))),
              legend: '{{system_paging_fault_type}}',
            },
          ],
        }),
        lines({
          title: 'Open files, threads and resources',
          description: 'Files and sockets, threads, and what keeps the processes from ending. Lines that only rise are leaks.',
          unit: unit.count,
          width: 8,
          queries: [
            { expr: aggregate('sum', [], select(system.fileDescriptors)), legend: 'open files' },
            { expr: aggregate('sum', [], select(system.threads)), legend: 'threads' },
            { expr: aggregate('sum', ['v8js.resource.type'], select(eventLoop.resources)), legend: '{{v8js_resource_type}}' },
          ],
        }),
      ],
    },
    {
      title: 'Event loop',
      panels: [
        lines({
          title: 'Utilization',
          description: 'Share of time in which each event loop worked.',
          unit: unit.share,
          width: 12,
          queries: [{ expr: perInstance(rate(select(eventLoop.time, { 'nodejs.eventloop.state': 'active' }))), legend }],
        }),
        lines({
          title: 'Delay',
          description: 'Delays of the event loops: how long everything else waits for one turn.',
          unit: unit.seconds,
          width: 12,
          queries: [0.5, 0.9, 0.99].map((share) => ({ expr: quantile(share, eventLoop.delay, []), legend: `p${share * 100}` })),
        }),
      ],
    },
    {
      title: 'Heap',
      panels: [
        lines({
          title: 'Garbage collection',
          description: 'Share of time in which collections stopped the processes, by kind; a scavenge is minor.',
          unit: unit.share,
          width: 8,
          stacked: true,
          queries: [{ expr: aggregate('sum', ['v8js.gc.type'], rate(selectPart(runtime.gcDuration, 'sum'))), legend: '{{v8js_gc_type}}' }],
        }),
        lines({
          title: 'Pauses',
          description: 'How long single collections stop the main thread, 99 of 100 at most.',
          unit: unit.seconds,
          width: 8,
          queries: [{ expr: quantile(0.99, runtime.gcDuration, ['v8js.gc.type']), legend: '{{v8js_gc_type}}' }],
        }),
        lines({
          title: 'Heap after collection, and the limit',
          description: 'What major collections leave: it grows where memory leaks. At the limit the process ends.',
          unit: unit.bytes,
          width: 8,
          queries: [
            { expr: perInstance(select(heap.afterGc)), legend },
            { expr: perInstance(select(heap.limit)), legend: `${legend}, limit` },
          ],
        }),
        lines({
          title: 'Spaces of the heap',
          description: 'Bytes of objects by space, and memory outside that they keep.',
          unit: unit.bytes,
          width: 8,
          stacked: true,
          queries: [
            { expr: aggregate('sum', ['v8js.heap.space.name'], select(heap.used)), legend: '{{v8js_heap_space_name}}' },
            { expr: aggregate('sum', [], select(heap.external)), legend: 'external' },
          ],
        }),
        lines({
          title: 'New space, and the semi-space limit',
          description: 'The new space is two semi-spaces: a higher limit changes nothing where it stays below twice the limit.',
          unit: unit.bytes,
          width: 8,
          queries: [
            { expr: perInstance(select(heap.spaceSize, { 'v8js.heap.space.name': 'new_space' })), legend },
            { expr: perInstance(select(heap.semiSpaceLimit)), legend: `${legend}, limit of one half` },
          ],
        }),
        lines({
          title: 'What becomes of young objects',
          description:
            'Share of bytes in the new space that scavenges free, keep or promote: freed ones would cost less in a larger new space.',
          unit: unit.share,
          width: 8,
          stacked: true,
          queries: [
            {
              expr: `${aggregate('sum', ['pitwall.gc.fate'], rate(select(heap.scavengeSize)))} / on () group_left () ${aggregate('sum', [], rate(select(heap.scavengeSize)))}`,
              legend: '{{pitwall_gc_fate}}',
            },
          ],
        }),
      ],
    },
  ],
} satisfies DashboardDefinition
