import { number } from './metric.ts'

const space = (name: string, description: string) => number('updowncounter', name, 'By', ['v8js.heap.space.name'], description)

/** V8's heap, its limits, and what predicts how another size would do. */
export const heap = {
  used: space('v8js.memory.heap.used', 'Bytes of objects in each space of the heap, dead ones not yet collected included.'),
  spaceSize: space('v8js.memory.heap.space.size', 'Bytes set aside for each space of the heap.'),
  spaceAvailable: space('v8js.memory.heap.space.available_size', 'Bytes that each space of the heap can still give out.'),
  spacePhysical: space('v8js.memory.heap.space.physical_size', 'Bytes of each space of the heap that are in memory.'),
  external: number('gauge', 'pitwall.heap.external', 'By', [], 'Memory outside of the heap that objects of it keep, such as Buffers.'),
  afterGc: number('gauge', 'pitwall.heap.after_gc', 'By', [], 'Bytes that the last major garbage collection left in the heap.'),
  limit: number('gauge', 'pitwall.heap.limit', 'By', [], 'Bytes that the heap may grow to; beyond them the process ends.'),
  semiSpaceLimit: number(
    'gauge',
    'pitwall.heap.semi_space.limit',
    'By',
    [],
    'Bytes that one of the two halves of the new space may grow to (`--max-semi-space-size`); absent where it cannot be known.',
  ),
  scavengeSamples: number(
    'counter',
    'pitwall.gc.scavenge.samples',
    '{gc}',
    ['pitwall.heap.at_limit'],
    'Scavenges that were looked into, some of all, by whether the new space was as large as it may get.',
  ),
  scavengeSize: number(
    'counter',
    'pitwall.gc.scavenge.size',
    'By',
    ['pitwall.gc.fate'],
    'Bytes in the new space at the beginning of those scavenges, by what became of them.',
  ),
} as const
