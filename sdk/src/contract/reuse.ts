import { ageBuckets, entryBuckets } from './buckets.ts'
import { histogram, number } from './metric.ts'

/**
 * The miss-ratio curve as ordinary histograms. Divided by the count, a bucket is a hit ratio; the joint answer for
 * N entries and a time to live T is the smaller of the two (measured: mean error 0.0012, docs/decisions.md).
 */
export const reuse = {
  distance: histogram(
    'pitwall.reuse.distance',
    '{entry}',
    ['pitwall.subject', 'pitwall.subject.kind'],
    entryBuckets,
    'The bucket `le = N` counts the requests that a least-recently-used cache of N entries would have served.',
  ),
  age: histogram(
    'pitwall.reuse.age',
    's',
    ['pitwall.subject', 'pitwall.subject.kind'],
    ageBuckets,
    'The bucket `le = T` counts the requests that a cache whose entries live T seconds from insertion would have served.',
  ),
  checks: number(
    'counter',
    'pitwall.reuse.checks',
    '{check}',
    ['pitwall.subject', 'pitwall.subject.kind', 'pitwall.reuse.same'],
    'Repeated calls whose result was compared with the earlier one.',
  ),
} as const
