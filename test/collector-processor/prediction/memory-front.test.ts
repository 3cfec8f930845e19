import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lookupSeconds } from '../../../collector-processor/src/prediction/lookups.ts'
import { predictFront, sharedCache } from '../../../collector-processor/src/prediction/memory-front.ts'
import type { Evidence, Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import { ageBuckets } from '../../../sdk/src/contract/buckets.ts'
import { curve } from '../../support/curve.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'

const subject = { service: 'agent', kind: 'cache', name: 'profiles' } as const
const span: Span = { end: 43_200, blockSeconds: 3_600, blocks: 12, windowBlocks: 12 }
const PER_BLOCK = 3_600
const LOOKUP = 0.01

/** A process that asks a shared cache once a second, for keys each of which comes `rate` times a second by chance. */
function given(rate: number, ttl: number, changes: readonly Answered[] = []): Evidence {
  const results = (result: string, count: number): Answered => ({
    question: questions.cacheRequests,
    subject,
    labels: { 'pitwall.cache.result': result, 'pitwall.cache.tier': 'redis' },
    blocks: steady(count, span),
  })
  const hits = Object.fromEntries(ageBuckets.map((age) => [age, (rate * age) / (1 + rate * age)]))
  return evidenceOf(
    [
      results('hit', PER_BLOCK),
      { question: lookupSeconds, subject, labels: { 'pitwall.cache.tier': 'redis' }, blocks: steady(PER_BLOCK * LOOKUP, span) },
      { question: questions.ttl, subject, labels: { 'pitwall.cache.backend': 'redis' }, blocks: steady(ttl, span) },
      ...curve(questions.reuseDistance, subject, PER_BLOCK, { 1: 1 }, span),
      ...curve(questions.reuseAge, subject, PER_BLOCK, hits, span),
      ...changes,
    ],
    span,
  )
}

function predicted(rate: number, ttl: number) {
  const evidence = given(rate, ttl)
  const cache = sharedCache(evidence, subject)
  const front = cache && predictFront(cache, 100, evidence)
  if (front === undefined) throw new Error('nothing predicted')
  return front.saving
}

describe('memory in front of a shared cache', () => {
  it('saves something inside the interval, whether the process loads alone or takes over what others loaded', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1, noNaN: true }), fc.constantFrom(60, 120, 600, 1_800), (rate, ttl) => {
        const { lower, upper } = predicted(rate, ttl)
        const [alone, among] = [1 / (1 + rate * ttl), (1 - Math.exp(-rate * ttl)) / (rate * ttl)]
        expect((1 - alone) * LOOKUP).toBeLessThanOrEqual(upper + 1e-9)
        expect((1 - among) * LOOKUP).toBeGreaterThanOrEqual(lower - 1e-9)
      }),
      { numRuns: 40 },
    )
  })

  it('never saves more than all lookups of a next window may take', () => {
    expect(predicted(1, 1_800).upper).toBeLessThanOrEqual(1.02 * LOOKUP + 1e-9)
  })

  it('is not predicted where it is there already, or nothing is shared', () => {
    const inMemory: Answered = {
      question: questions.cacheRequests,
      subject,
      labels: { 'pitwall.cache.result': 'hit', 'pitwall.cache.tier': 'memory' },
      blocks: steady(1, span),
    }
    expect(sharedCache(given(1, 60, [inMemory]), subject)).toBeUndefined()
    expect(sharedCache(evidenceOf([inMemory], span), subject)).toBeUndefined()
  })
})
