import { cache } from '@pitwall/sdk/contract'
import { formatNumber, formatSeconds, formatShare } from '../../text/numbers.ts'
import type { Totals } from '../totals.ts'
import { section } from './section.ts'

/** The caches, those of lru-cache and ioredis included, the busiest first. */
export const caches = section({
  name: 'caches',
  columns: [
    { title: 'cache', maxWidth: 40 },
    { title: 'requests', align: 'right' },
    { title: 'hits', align: 'right' },
    { title: 'evicted', align: 'right' },
    { title: 'entries', align: 'right' },
    { title: 'saved', align: 'right' },
  ],
  rows: (totals) =>
    [...requestsByCache(totals)]
      .map(([name, { requests, hits }]) => ({
        name,
        requests,
        hitRatio: hits / requests,
        evictions: totals.sum(cache.evictions, { 'pitwall.cache.name': name }),
        entries: largest(totals, cache.entryCount, name),
        entryLimit: largest(totals, cache.entryLimit, name),
        savedSeconds: totals.sum(cache.timeSaved, { 'pitwall.cache.name': name }),
      }))
      .toSorted((a, b) => b.requests - a.requests),
  cells: (row) => [
    row.name,
    formatNumber(row.requests),
    formatShare(row.hitRatio),
    formatNumber(row.evictions),
    [row.entries, row.entryLimit].flatMap((count) => (count === undefined ? [] : [formatNumber(count)])).join(' of '),
    formatSeconds(row.savedSeconds),
  ],
})

/** A request counts once, at the tier that answered it, or else at the last. */
function requestsByCache(totals: Totals): Map<string, { requests: number; hits: number }> {
  const byName = new Map<string, { requests: number; hits: number }>()
  for (const { attributes, value } of totals.points(cache.requests)) {
    if (value === 0) continue
    const name = String(attributes['pitwall.cache.name'])
    const isHit = attributes['pitwall.cache.result'] === 'hit' || attributes['pitwall.cache.result'] === 'stale'
    const { requests, hits } = byName.get(name) ?? { requests: 0, hits: 0 }
    byName.set(name, { requests: requests + value, hits: hits + (isHit ? value : 0) })
  }
  return byName
}

/** The largest of the processes: each has a cache of its own. */
function largest(totals: Totals, metric: typeof cache.entryCount | typeof cache.entryLimit, name: string): number | undefined {
  const values = totals.points(metric).filter(({ attributes }) => attributes['pitwall.cache.name'] === name)
  return values.length === 0 ? undefined : Math.max(...values.map(({ value }) => value))
}
