import type { Evidence } from '../prometheus/evidence.ts'
import { questions } from '../prometheus/questions.ts'
import { addBlocks, type Blocks } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { asCache } from './cached-function.ts'
import { lookupSeconds, requestsThat } from './lookups.ts'

/** What a cache takes and gives, block by block. */
export interface CacheBenefit {
  readonly requests: Blocks
  /** Seconds of lookups in all its tiers, keys included. */
  readonly lookups: Blocks
  /** Requests that would have been loads without it. */
  readonly served: Blocks
}

/** What a cache takes and gives. */
export function cacheBenefit(evidence: Evidence, subject: Subject): CacheBenefit {
  return {
    requests: evidence.of(questions.cacheRequests).total(subject),
    lookups: evidence.of(lookupSeconds).total(subject),
    served: requestsThat(evidence, subject, 'hit', 'stale', 'coalesced'),
  }
}

/** What is asked to know that, and the cost below. */
export const benefitCostQuestions = [
  questions.cacheRequests,
  questions.loadSeconds,
  questions.functionSeconds,
  questions.functionCalls,
  lookupSeconds,
] as const

/** Index of the first of at least three last blocks in which the function is called and its cache is not asked any more; undefined without. */
export function removedAt(evidence: Evidence, subject: Subject): number | undefined {
  const { blocks } = evidence.span
  const requests = evidence.of(questions.cacheRequests).total(asCache(subject))
  const calls = evidence.of(questions.functionCalls).total({ ...subject, kind: 'function' })
  let first = blocks
  while (first > 0 && !(requests[first - 1] ?? 0) && (calls[first - 1] ?? 0) > 0) first--
  return blocks - first >= 3 ? first : undefined
}

/** What requests cost behind a cache that is taken away: before it loads and lookups, after it the calls of the profiled function. */
export function costWithoutCache(evidence: Evidence, subject: Subject): { readonly spent: Blocks; readonly requests: Blocks } {
  const { requests, lookups } = cacheBenefit(evidence, subject)
  const cached = addBlocks(evidence.of(questions.loadSeconds).total(subject), lookups)
  const asFunction = { ...subject, kind: 'function' } as const
  const [seconds, calls] = [
    evidence.of(questions.functionSeconds).total(asFunction),
    evidence.of(questions.functionCalls).total(asFunction),
  ]
  const blocks = Array.from({ length: evidence.span.blocks }, (_, index) => index)
  const isCached = (index: number): boolean => (requests[index] ?? 0) > 0
  return {
    spent: blocks.map((index) => (isCached(index) ? cached[index] : seconds[index])),
    requests: blocks.map((index) => (isCached(index) ? requests[index] : calls[index])),
  }
}
