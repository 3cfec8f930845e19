import { number } from './metric.ts'

const site = ['code.function.name', 'code.file.path', 'code.line.number'] as const

/** What allocates in the process, and what of it stays. */
export const memory = {
  allocation: number(
    'counter',
    'pitwall.profile.allocation',
    'By',
    site,
    'Bytes that a function has allocated, by sampling; the rest is `other`.',
  ),
  retained: number(
    'gauge',
    'pitwall.profile.retained',
    'By',
    site,
    'Bytes that a function allocated in the last window of the heap profile and that were still alive at its end, by sampling.',
  ),
} as const
