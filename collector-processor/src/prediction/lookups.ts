import { cacheCosts } from '@pitwall/sdk/contract'
import type { Evidence } from '../prometheus/evidence.ts'
import { select } from '../prometheus/promql.ts'
import { growth } from '../prometheus/question.ts'
import { aCache, questions } from '../prometheus/questions.ts'
import { type Blocks, labelOf, type Row } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'

/** Seconds that lookups of a cache took, by tier. */
export const lookupSeconds = growth(select(cacheCosts.lookupTime), aCache, ['pitwall.cache.tier'])

/** Whether a row is about a storage that processes share. */
export function isShared(row: Row): boolean {
  return labelOf(row, 'pitwall.cache.tier') !== 'memory'
}

/** Seconds that lookups in the shared storage took, in each block. */
export function sharedLookupSeconds(evidence: Evidence, subject: Subject): Blocks {
  return evidence.of(lookupSeconds).total(subject, isShared)
}

/** Requests that ended so, in each block. */
export function requestsThat(evidence: Evidence, subject: Subject, ...results: readonly string[]): Blocks {
  return evidence.of(questions.cacheRequests).total(subject, (row) => results.includes(labelOf(row, 'pitwall.cache.result')))
}
