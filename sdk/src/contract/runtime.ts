import { pauseBuckets } from './buckets.ts'
import { histogram, number } from './metric.ts'

/** What the process says of itself. */
export const runtime = {
  blockedTime: number(
    'counter',
    'pitwall.eventloop.blocked.time',
    's',
    ['pitwall.cause', 'code.function.name'],
    'Time that the event loop stood still for longer than the threshold, by what held it.',
  ),
  blocks: number(
    'counter',
    'pitwall.eventloop.blocks',
    '{block}',
    ['pitwall.cause', 'code.function.name'],
    'Times that what is known by name, garbage collection or the host held the event loop for longer than the threshold.',
  ),
  gcDuration: histogram(
    'v8js.gc.duration',
    's',
    ['v8js.gc.type'],
    pauseBuckets,
    'Pauses of the main thread for garbage collection, by what was collected.',
  ),
  gcTime: number('counter', 'pitwall.gc.time', 's', [], 'Time that garbage collection stopped the main thread.'),
} as const
