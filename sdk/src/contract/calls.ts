import { blockingBuckets, durationBuckets } from './buckets.ts'
import { histogram, number } from './metric.ts'

/** What profiled functions say of themselves. */
export const calls = {
  duration: histogram(
    'pitwall.function.duration',
    's',
    ['code.function.name', 'pitwall.function.cached'],
    durationBuckets,
    'Wall time of the calls of a function.',
  ),
  blocking: histogram(
    'pitwall.function.blocking.duration',
    's',
    ['code.function.name'],
    blockingBuckets,
    'Longest time that a call held the event loop at a stretch; of an asynchronous one at least until it first waited.',
  ),
  active: number(
    'updowncounter',
    'pitwall.function.active',
    '{call}',
    ['code.function.name'],
    'Calls that returned a promise which is not settled yet.',
  ),
  errors: number('counter', 'pitwall.function.errors', '{error}', ['code.function.name'], 'Calls that threw or rejected.'),
} as const

/** Where functions and caches stand in the source. */
export const subjects = {
  info: number(
    'gauge',
    'pitwall.subject.info',
    '{subject}',
    ['pitwall.subject', 'pitwall.subject.kind', 'code.file.path', 'code.line.number'],
    '1 for every function and cache that is known, with the place where it was wrapped.',
  ),
} as const
