import { number } from './metric.ts'

/** How the time of calls divides: for each function the two add up to the sum of its durations, so far as that is known. */
export const cpuWait = {
  cpuTime: number(
    'counter',
    'pitwall.function.cpu.time',
    's',
    ['code.function.name'],
    'Time in which a call of the function, or what it called, held the event loop.',
  ),
  waitTime: number('counter', 'pitwall.function.wait.time', 's', ['code.function.name'], 'The rest of the time of its calls.'),
} as const
