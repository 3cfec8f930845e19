import { number } from './metric.ts'

/** What the process says of itself. */
export const runtime = {
  blockedTime: number(
    'counter',
    'pitwall.eventloop.blocked.time',
    's',
    ['pitwall.cause', 'code.function.name'],
    'Time that the event loop stood still for longer than the threshold, by what held it.',
  ),
  gcTime: number('counter', 'pitwall.gc.time', 's', [], 'Time that garbage collection stopped the main thread.'),
} as const
