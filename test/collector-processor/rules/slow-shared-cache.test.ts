import { describe, expect, it } from 'vitest'
import { lookupSeconds } from '../../../collector-processor/src/prediction/lookups.ts'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import rule from '../../../collector-processor/src/rules/slow-shared-cache.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { curve } from '../../support/curve.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'

const subject = { service: 'agent', kind: 'cache', name: 'profiles' } as const
const span: Span = { end: 1_200, blockSeconds: 100, blocks: 12, windowBlocks: 12 }
const settings = parseSettings({ windowMs: '1200s', scrapeIntervalMs: '5s' })

/** 20 requests a second, lookups of 20 ms, loads of 40 ms, entries that live 60 seconds; so many joined a running lookup. */
function given(ages: Readonly<Record<number, number>>, joined = 0): readonly Answered[] {
  const results = (result: string, count: number, tier = 'redis'): Answered => ({
    question: questions.cacheRequests,
    subject,
    labels: { 'pitwall.cache.result': result, 'pitwall.cache.tier': tier },
    blocks: steady(count, span),
  })
  return [
    results('hit', 1_800 - joined),
    results('coalesced', joined),
    results('miss', 200),
    { question: lookupSeconds, subject, labels: { 'pitwall.cache.tier': 'redis' }, blocks: steady((2_000 - joined) * 0.02, span) },
    { question: questions.loads, subject, blocks: steady(200, span) },
    { question: questions.loadSeconds, subject, blocks: steady(8, span) },
    { question: questions.ttl, subject, labels: { 'pitwall.cache.backend': 'redis' }, blocks: steady(60, span) },
    ...curve(questions.reuseDistance, subject, 2_000, { 50: 0.9, 100_000: 0.9 }, span),
    ...curve(questions.reuseAge, subject, 2_000, ages, span),
  ]
}
const likely = (answers: readonly Answered[]): number => {
  const [answer] = rule.evaluate(evidenceOf(answers, span), settings)
  if (answer?.kind !== 'finding') throw new Error('no finding')
  return answer.saving.likely
}

describe('slow-shared-cache', () => {
  it('predicts the lookups that memory answers', () => {
    // 20 requests a second × 80 % × 20 ms.
    expect(likely(given({ 30: 0.8, 60: 0.8, 86_400: 0.8 }))).toBeCloseTo(0.32, 6)
  })

  it('is unsure by what entries that others loaded have lived already', () => {
    const [answer] = rule.evaluate(evidenceOf(given({ 30: 0.6, 60: 0.8, 86_400: 0.8 }), span), settings)
    if (answer?.kind !== 'finding') throw new Error('no finding')
    expect(answer.saving.likely).toBeCloseTo(0.28, 6)
    expect(answer.saving.lower).toBeLessThanOrEqual(0.24)
    expect(answer.saving.upper).toBeGreaterThanOrEqual(0.32)
  })

  it('does not promise lookups that nobody made, because they joined a running one', () => {
    // 18 lookups a second instead of 20, of which 4 a second stay.
    expect(likely(given({ 30: 0.8, 60: 0.8, 86_400: 0.8 }, 200))).toBeCloseTo(14 * 0.02, 6)
  })

  it('sees the change when memory answers, and not before the proposal', () => {
    const hits = (from: number): Answered => ({
      question: questions.cacheRequests,
      subject,
      labels: { 'pitwall.cache.result': 'hit', 'pitwall.cache.tier': 'memory' },
      blocks: steady(5, span).map((count, index) => (index < from ? 0 : count)),
    })
    const proposal = { subject, createdAt: 500, saving: { unit: 's/s', lower: 0.1, likely: 0.2, upper: 0.3 } } as const
    expect(rule.appliedAt(evidenceOf([hits(8)], span), proposal)).toBe(800)
    expect(rule.appliedAt(evidenceOf(given({ 60: 0.8 }), span), proposal)).toBeUndefined()
  })
})
