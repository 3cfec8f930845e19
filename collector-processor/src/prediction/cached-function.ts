import { blockStart, type Evidence } from '../prometheus/evidence.ts'
import type { Question } from '../prometheus/question.ts'
import { questions } from '../prometheus/questions.ts'
import type { Blocks } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { HIT_SECONDS } from './saving.ts'

/** The cache that would stand in front of a function has its name. */
export function asCache(subject: Subject): Subject {
  return { ...subject, kind: 'cache' }
}

/** When a cache of the function's name was first asked after the proposal, in Unix seconds; undefined while it was not. */
export function cachedSince(
  evidence: Evidence,
  { subject, createdAt }: { readonly subject: Subject; readonly createdAt: number },
): number | undefined {
  const requests = evidence.of(questions.cacheRequests).total(asCache(subject))
  const first = requests.findIndex((count, index) => (count ?? 0) > 0 && blockStart(evidence.span, index + 1) > createdAt)
  return first < 0 ? undefined : Math.max(createdAt, blockStart(evidence.span, first))
}

/**
 * What a function costs that gets a cache: before the change a request costs the call, by the seconds that `spent` asks for;
 * after it, its share of the loads, and the hit.
 */
export function costBehindCache(
  evidence: Evidence,
  subject: Subject,
  spent: Question,
): { readonly spent: Blocks; readonly requests: Blocks } {
  const functionSeconds = evidence.of(spent).total(subject)
  const functionCalls = evidence.of(questions.functionCalls).total(subject)
  const loadSeconds = evidence.of(questions.loadSeconds).total(asCache(subject))
  const cacheRequests = evidence.of(questions.cacheRequests).total(asCache(subject))
  const blocks = Array.from({ length: evidence.span.blocks }, (_, index) => index)
  const isCached = (index: number): boolean => (cacheRequests[index] ?? 0) > 0
  return {
    spent: blocks.map((index) =>
      isCached(index) ? (loadSeconds[index] ?? 0) + HIT_SECONDS * (cacheRequests[index] ?? 0) : functionSeconds[index],
    ),
    requests: blocks.map((index) => (isCached(index) ? cacheRequests[index] : functionCalls[index])),
  }
}
