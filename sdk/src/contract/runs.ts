import { durationBuckets } from './buckets.ts'
import { histogram, number } from './metric.ts'

/**
 * What is known of runs: a run is all that one process does for a request, from the root of its spans to the end of it. Runs that are
 * not looked at are stood for by those that are, so that all sums are those of all recorded runs.
 */
export const runs = {
  duration: histogram('pitwall.run.duration', 's', [], durationBuckets, 'Wall time of the runs that were recorded as spans.'),
  calls: number(
    'counter',
    'pitwall.run.calls',
    '{call}',
    ['code.function.name', 'pitwall.run.pattern'],
    'Calls of a function within runs that belong to a pattern.',
  ),
  groups: number(
    'counter',
    'pitwall.run.groups',
    '{group}',
    ['code.function.name', 'pitwall.run.pattern'],
    'How often the pattern was seen, each with two calls or more.',
  ),
  savedTime: number(
    'counter',
    'pitwall.run.saved.time',
    's',
    ['code.function.name', 'pitwall.run.scenario'],
    'Time by which runs would have ended earlier, had the calls of a function been as in the scenario: by replay of their spans.',
  ),
} as const
