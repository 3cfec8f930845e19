import { blockStart, type Evidence } from '../prometheus/evidence.ts'
import { questions } from '../prometheus/questions.ts'
import { addBlocks, type Blocks, lastOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import type { Saving } from '../recommendation/recommendation.ts'
import { cacheCurves, type CacheCurves, hitRatios } from './cache-curves.ts'
import { cacheSaving } from './cache-saving.ts'
import { isShared, lookupSeconds, requestsThat, sharedLookupSeconds } from './lookups.ts'
import { jointHitRatio } from './miss-ratio-curve.ts'
import { growthInWindow, type Growth } from './window.ts'

/** A cache that asks a shared storage for everything, and has nothing in memory. */
export interface SharedCache {
  readonly requests: Blocks
  readonly requested: Growth
  /** Seconds of lookups, and how many of the requests needed one, in each block. */
  readonly lookupSeconds: Blocks
  readonly lookups: Blocks
  /** Share of the requests in the window that would have been loads without it. */
  readonly hitRatio: number
  /** Mean seconds of a lookup and of a load in the window; undefined where there were none. */
  readonly lookup: number | undefined
  readonly load: number | undefined
  /** Seconds that an entry lives; `Infinity` where it does not expire. */
  readonly ttl: number
  readonly curves: CacheCurves
}

/** From this share of what a load takes, lookups are slow: memory is for all keys then, below it for the hottest alone. */
export const SLOW = 0.25

/** What memory in front of a shared cache would do. */
export interface FrontPrediction {
  /** Share of the requests that it would answer. */
  readonly hitRatio: number
  readonly saving: Saving
}

/** What is asked to know a shared cache. */
export const sharedCacheQuestions = [
  questions.reuseDistance,
  questions.reuseAge,
  questions.cacheRequests,
  questions.loadSeconds,
  questions.loads,
  questions.ttl,
  lookupSeconds,
] as const

/** The state of a cache; undefined for one that has memory in front, or none shared, or whose requests are not followed. */
export function sharedCache(evidence: Evidence, subject: Subject): SharedCache | undefined {
  const { span } = evidence
  const rows = evidence.of(questions.cacheRequests).rows(subject)
  const curves = cacheCurves(evidence, subject)
  if (curves === undefined || !rows.some(isShared) || !rows.every(isShared)) return undefined
  const requests = evidence.of(questions.cacheRequests).total(subject)
  const [seconds, lookups] = [sharedLookupSeconds(evidence, subject), requestsThat(evidence, subject, 'hit', 'miss', 'stale')]
  const mean = (sum: Blocks, count: Blocks): number | undefined => {
    const [total, number] = [growthInWindow(sum, span).total, growthInWindow(count, span).total]
    return number > 0 ? total / number : undefined
  }
  const ttls = evidence
    .of(questions.ttl)
    .rows(subject)
    .map(({ blocks }) => lastOf(blocks) ?? Infinity)
  return {
    requests,
    requested: growthInWindow(requests, span),
    lookupSeconds: seconds,
    lookups,
    hitRatio: mean(requestsThat(evidence, subject, 'hit', 'stale', 'coalesced'), requests) ?? 0,
    lookup: mean(seconds, lookups),
    load: mean(evidence.of(questions.loadSeconds).total(subject), evidence.of(questions.loads).total(subject)),
    ttl: Math.min(Infinity, ...ttls),
    curves,
  }
}

/**
 * What so many entries in the memory of each process would save. Where no other process loads, they live as long as those of the
 * storage; where others do, a process takes over entries that have lived there for a while, half of their time on average. So
 * the hit ratio lies between those of half and of all of the time to live, and the interval has both. Undefined without enough blocks.
 */
export function predictFront(cache: SharedCache, entries: number, { span }: Evidence): FrontPrediction | undefined {
  const ofTtl = (share: number): Saving | undefined => {
    const ratios = hitRatios(cache.curves, { entries, seconds: cache.ttl * share })
    const savedPerRequest = cache.requests.map((count, index) => {
      const [ratio, seconds, lookups] = [ratios[index], cache.lookupSeconds[index], cache.lookups[index]]
      if (ratio === undefined || seconds === undefined || !count || !lookups) return undefined
      // Who joined a running lookup paid none, and would be a hit.
      return Math.max(0, ratio - (1 - lookups / count)) * (seconds / lookups)
    })
    return cacheSaving({ requests: cache.requests, savedPerRequest, loadSeconds: cache.lookup ?? 0 }, span)
  }
  const [alone, among] = [ofTtl(1), ofTtl(1 / 2)]
  if (alone === undefined || among === undefined) return undefined
  const { window } = cache.curves
  const ratio = (share: number): number => jointHitRatio(window.entries, window.ages, { entries, seconds: cache.ttl * share })
  return {
    hitRatio: (ratio(1) + ratio(1 / 2)) / 2,
    saving: { unit: 's/s', lower: among.lower, likely: (alone.likely + among.likely) / 2, upper: alone.upper },
  }
}

/** When memory in front was first seen to answer after the proposal, in Unix seconds; undefined while it was not. */
export function frontSince(
  evidence: Evidence,
  { subject, createdAt }: { readonly subject: Subject; readonly createdAt: number },
): number | undefined {
  const hits = evidence.of(questions.cacheRequests).total(subject, (row) => !isShared(row))
  const first = hits.findIndex((count, index) => (count ?? 0) > 0 && blockStart(evidence.span, index + 1) > createdAt)
  return first < 0 ? undefined : Math.max(createdAt, blockStart(evidence.span, first))
}

/** What lookups in the shared storage cost, by requests. */
export function lookupCost(evidence: Evidence, subject: Subject): { readonly spent: Blocks; readonly requests: Blocks } {
  const requests = evidence.of(questions.cacheRequests).total(subject)
  const nothing = requests.map((count) => (count === undefined ? undefined : 0))
  return { spent: addBlocks(nothing, sharedLookupSeconds(evidence, subject)), requests }
}

/** What `lookupCost` reads. */
export const lookupCostQuestions = [questions.cacheRequests, lookupSeconds] as const

/** Source code by which a cache keeps some of its entries in memory. @param variable what the cached function is called there */
export function frontExample(name: string, variable: string, entries: number): string {
  return [
    `import { cached } from '@pitwall/sdk'`,
    `import { hybrid } from '@pitwall/sdk/backends/hybrid'`,
    `import { memory } from '@pitwall/sdk/backends/memory'`,
    `import { redis } from '@pitwall/sdk/backends/redis'`,
    ``,
    `const backend = hybrid({ front: memory({ maxEntries: ${entries} }), back: redis({ url }) })`,
    `export const ${variable} = cached(load, { name: ${JSON.stringify(name)}, backend })`,
    ``,
  ].join('\n')
}
