import { durationBuckets } from './buckets.ts'
import { histogram, number } from './metric.ts'

/** What a cache says of itself. */
export const cache = {
  requests: number(
    'counter',
    'pitwall.cache.requests',
    '{request}',
    ['pitwall.cache.name', 'pitwall.cache.backend', 'pitwall.cache.tier', 'pitwall.cache.result'],
    'Requests to a cache, by how they ended.',
  ),
  loadDuration: histogram(
    'pitwall.cache.load.duration',
    's',
    ['pitwall.cache.name', 'error.type'],
    durationBuckets,
    'Time the loader took for values that the cache did not have.',
  ),
  timeSaved: number(
    'counter',
    'pitwall.cache.time.saved',
    's',
    ['pitwall.cache.name'],
    'Time that hits saved: mean load time times hits, less the lookups.',
  ),
  evictions: number(
    'counter',
    'pitwall.cache.evictions',
    '{eviction}',
    ['pitwall.cache.name', 'pitwall.cache.eviction.reason'],
    'Entries that left the cache.',
  ),
  entryCount: number(
    'gauge',
    'pitwall.cache.entry.count',
    '{entry}',
    ['pitwall.cache.name', 'pitwall.cache.backend'],
    'Entries in the cache now.',
  ),
  entryLimit: number(
    'gauge',
    'pitwall.cache.entry.limit',
    '{entry}',
    ['pitwall.cache.name', 'pitwall.cache.backend'],
    'Entries that the cache may hold.',
  ),
  size: number(
    'gauge',
    'pitwall.cache.size',
    'By',
    ['pitwall.cache.name', 'pitwall.cache.backend'],
    'Bytes of the values in the cache now; absent for a cache whose bytes are not bounded.',
  ),
  sizeLimit: number(
    'gauge',
    'pitwall.cache.size.limit',
    'By',
    ['pitwall.cache.name', 'pitwall.cache.backend'],
    'Bytes that the values in the cache may take; absent for a cache whose bytes are not bounded.',
  ),
  ttl: number(
    'gauge',
    'pitwall.cache.ttl',
    's',
    ['pitwall.cache.name', 'pitwall.cache.backend'],
    'Time that an entry stays fresh; absent for a cache without one.',
  ),
  degraded: number(
    'gauge',
    'pitwall.cache.degraded',
    '{state}',
    ['pitwall.cache.name', 'pitwall.cache.tier'],
    '1 while the breaker of a tier is open and the tier is bypassed, else 0.',
  ),
} as const
