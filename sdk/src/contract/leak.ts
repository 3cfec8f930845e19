import { number } from './metric.ts'

/** Memory that only grows. Each is absent while no leak is established. */
export const leak = {
  growth: number(
    'gauge',
    'pitwall.leak.growth',
    'By/h',
    [],
    'Growth of what stays after garbage collections, in bytes an hour, that neither caches nor calls under way account for; absent without a leak.',
  ),
  siteGrowth: number(
    'gauge',
    'pitwall.leak.site.growth',
    'By/h',
    ['code.function.name', 'code.file.path', 'code.line.number'],
    'Growth of what a function has allocated and what stays of it, in bytes an hour, by sampling, during a leak; the rest is `other`.',
  ),
} as const
