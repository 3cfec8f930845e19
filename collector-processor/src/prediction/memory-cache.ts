import type { Evidence } from '../prometheus/evidence.ts'
import type { Question } from '../prometheus/question.ts'
import { questions } from '../prometheus/questions.ts'
import { addBlocks, type Blocks, labelOf, lastOf, sumOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { cacheCurves, type CacheCurves, hitRatios, type Limits } from './cache-curves.ts'
import { growthInWindow, type Growth } from './window.ts'

/** A cache in the memory of each process, as its telemetry tells it. */
export interface MemoryCache {
  /** Limits in force now; `Infinity` where there is none. */
  readonly limits: Limits
  readonly requests: Blocks
  /** Requests in the window. */
  readonly requested: Growth
  /** Mean seconds of a load in the window; undefined when there was no load. */
  readonly loadSeconds: number | undefined
  readonly curves: CacheCurves
}

/**
 * A cache that reaches this share of the hits it could have is left alone. It is below what a proposal aims at (the setting
 * `reach`), so that a cache which was just made as advised is not called too small for the noise of the next window.
 */
export const GOOD_ENOUGH = 0.9

/** What is asked to know a memory cache. */
export const memoryCacheQuestions = [
  questions.reuseDistance,
  questions.reuseAge,
  questions.cacheRequests,
  questions.loadSeconds,
  questions.loads,
  questions.entryLimit,
  questions.ttl,
] as const

/** The state of a cache; undefined for one that is not kept in memory alone, or whose requests are not followed. */
export function memoryCache(evidence: Evidence, subject: Subject): MemoryCache | undefined {
  const [limit, ttl] = [limitBlocks(evidence, questions.entryLimit, subject), limitBlocks(evidence, questions.ttl, subject)]
  const curves = cacheCurves(evidence, subject)
  if (curves === undefined || (lastOf(limit) === undefined && lastOf(ttl) === undefined)) return undefined
  const requests = evidence.of(questions.cacheRequests).total(subject)
  const loads = growthInWindow(evidence.of(questions.loads).total(subject), evidence.span).total
  const seconds = growthInWindow(evidence.of(questions.loadSeconds).total(subject), evidence.span).total
  return {
    limits: { entries: lastOf(limit) ?? Infinity, seconds: lastOf(ttl) ?? Infinity },
    requests,
    requested: growthInWindow(requests, evidence.span),
    loadSeconds: loads > 0 ? seconds / loads : undefined,
    curves,
  }
}

/** A limit of a cache in each block. A hybrid cache has another one for each tier, and is not meant here. */
export function limitBlocks(evidence: Evidence, question: Question, subject: Subject): Blocks {
  const rows = evidence.of(question).rows(subject)
  return rows.find((row) => labelOf(row, 'pitwall.cache.backend') === 'memory')?.blocks ?? []
}

/** Seconds that each request would save with other limits, block by block: the loads that would then be hits. */
export function savedByLimits({ curves, limits, loadSeconds = 0 }: MemoryCache, proposed: Limits): Blocks {
  const now = hitRatios(curves, limits)
  return hitRatios(curves, proposed).map((ratio, index) => {
    const before = now[index]
    return ratio === undefined || before === undefined ? undefined : (ratio - before) * loadSeconds
  })
}

/** What a cache costs: its loads, by requests. */
export function loadCost(evidence: Evidence, subject: Subject): { readonly spent: Blocks; readonly requests: Blocks } {
  const requests = evidence.of(questions.cacheRequests).total(subject)
  const nothing = requests.map((count) => (count === undefined ? undefined : 0))
  return { spent: addBlocks(nothing, evidence.of(questions.loadSeconds).total(subject)), requests }
}

/** What `loadCost` reads. */
export const loadCostQuestions = [questions.cacheRequests, questions.loadSeconds] as const

/** Index of the block at which a level rose, at or after the given one; undefined when it did not. */
export function riseAt(level: Blocks, from: number): number | undefined {
  const before = lastOf(level.slice(0, Math.max(from, 1)))
  if (before === undefined) return undefined
  const index = level.findIndex((value, at) => at >= from && value !== undefined && value > before)
  return index < 0 ? undefined : index
}

/** Entries that left a cache for one reason, over the window. */
export function evictedFor(evidence: Evidence, subject: Subject, reason: string): number {
  const blocks = evidence.of(questions.evictions).total(subject, (row) => labelOf(row, 'pitwall.cache.eviction.reason') === reason)
  return sumOf(blocks.slice(-evidence.span.windowBlocks))
}
