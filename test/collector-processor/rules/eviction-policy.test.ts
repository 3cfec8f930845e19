import { describe, expect, it } from 'vitest'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import type { Blocks } from '../../../collector-processor/src/prometheus/series.ts'
import rule from '../../../collector-processor/src/rules/eviction-policy.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'
import { curve } from '../../support/curve.ts'

const subject = { service: 'agent', kind: 'cache', name: 'pages' } as const
const span: Span = { end: 600, blockSeconds: 50, blocks: 12, windowBlocks: 12 }
const settings = parseSettings({ windowMs: '600s', scrapeIntervalMs: '5s' })

/** 20 requests a second, loads of 50 ms, 100 entries that would serve 60 % by the curve, and what was served of 1,000 requests in each block. */
function given(hits: Blocks, others: readonly Answered[] = []): readonly Answered[] {
  const results = (result: string, blocks: Blocks): Answered => ({
    question: questions.cacheRequests,
    subject,
    labels: { 'pitwall.cache.result': result },
    blocks,
  })
  return [
    { question: questions.entryLimit, subject, labels: { 'pitwall.cache.backend': 'memory' }, blocks: steady(100, span) },
    results('hit', hits),
    results(
      'miss',
      hits.map((count) => 1_000 - (count ?? 0)),
    ),
    { question: questions.loads, subject, blocks: steady(600, span) },
    { question: questions.loadSeconds, subject, blocks: steady(30, span) },
    { question: questions.evictions, subject, labels: { 'pitwall.cache.eviction.reason': 'size' }, blocks: steady(400, span) },
    ...curve(questions.reuseDistance, subject, 1_000, { 100: 0.6, 1_000: 0.9 }, span),
    ...curve(questions.reuseAge, subject, 1_000, { 60: 0.95 }, span),
    ...others,
  ]
}
const judge = (answers: readonly Answered[]) => rule.evaluate(evidenceOf(answers, span), settings)
const proposal = { subject, createdAt: 290, saving: { unit: 's/s', lower: 0.1, likely: 0.2, upper: 0.3 } } as const

describe('eviction-policy', () => {
  it('predicts what the better choice of entries serves', () => {
    const [answer] = judge(given(steady(400, span)))
    expect(answer).toMatchObject({ kind: 'finding', change: { eviction: 'lru' } })
    // 20 requests a second × 20 points of hit ratio × 50 ms.
    expect(answer?.kind === 'finding' ? answer.saving.likely : 0).toBeCloseTo(0.2, 6)
  })

  it('does not count requests that joined a load as lost', () => {
    const joined: Answered = {
      question: questions.cacheRequests,
      subject,
      labels: { 'pitwall.cache.result': 'coalesced' },
      blocks: steady(500, span),
    }
    expect(judge(given(steady(400, span), [joined]))[0]?.kind).toBe('notAdvised')
  })

  it('is silent about a cache from which nothing had to leave', () => {
    const answers = given(steady(400, span)).filter(({ question }) => question !== questions.evictions)
    expect(judge(answers)).toEqual([])
  })

  it('sees the change when most of what was promised is served, and not in a single good block', () => {
    const hits = (...after: number[]): Blocks => [...steady(400, span).slice(0, 12 - after.length), ...after]
    const seen = (blocks: Blocks): number | undefined => rule.appliedAt(evidenceOf(given(blocks), span), proposal)
    expect(seen(hits(600, 590, 600, 600))).toBe(400)
    expect(seen(hits(600))).toBeUndefined()
    expect(seen(hits(410, 420, 410, 400))).toBeUndefined()
  })
})
