import { number } from './metric.ts'

/** What a cache costs, and loads that it could have been spared. */
export const cacheCosts = {
  lookupTime: number(
    'counter',
    'pitwall.cache.lookup.time',
    's',
    ['pitwall.cache.name', 'pitwall.cache.tier'],
    'Time that lookups took: each answer of a shared tier is timed; in memory one key in 64 that is made, which stands for the others, and 0.2 µs for each lookup.',
  ),
  duplicateLoads: number(
    'counter',
    'pitwall.cache.load.duplicates',
    '{load}',
    ['pitwall.cache.name'],
    'Loads of what was not in the shared tier and that another process had stored there before they ended; absent for a tier that cannot tell.',
  ),
  spelledLoads: number(
    'counter',
    'pitwall.cache.spelling.loads',
    '{load}',
    ['pitwall.cache.name', 'pitwall.cache.spelling'],
    'Loads that took 1 ms or longer, of keys of at most 128 characters, by whether normalized keys would have spared them; never too many.',
  ),
  burstLoads: number(
    'counter',
    'pitwall.cache.burst.loads',
    '{load}',
    ['pitwall.cache.name'],
    'Loads that replaced what had expired a short while before (a tenth of its time to live), within a second in which there were eight of them and five times the usual number.',
  ),
  jitter: number(
    'gauge',
    'pitwall.cache.jitter',
    '1',
    ['pitwall.cache.name'],
    'Share of its time to live by which an entry may expire earlier, by chance.',
  ),
  burstLoadTime: number('counter', 'pitwall.cache.burst.load.time', 's', ['pitwall.cache.name'], 'Time that those loads took.'),
} as const
