import { describe, expect, it } from 'vitest'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import type { Blocks } from '../../../collector-processor/src/prometheus/series.ts'
import { verify } from '../../../collector-processor/src/recommendation/verification.ts'
import rule, { bytesHeld, entryCount } from '../../../collector-processor/src/rules/oversized-cache.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'
import { curve } from '../../support/curve.ts'

const subject = { service: 'agent', kind: 'cache', name: 'documents' } as const
const span: Span = { end: 1_200, blockSeconds: 50, blocks: 24, windowBlocks: 12 }
const settings = parseSettings({ windowMs: '600s', scrapeIntervalMs: '5s' })

/** 1,000 requests in each block for a cache of 4,000 entries, of which 100 serve 90 %. */
function given({
  held = 4_000,
  size = steady(1e9, span),
  limit = steady(5_000, span),
}: { held?: number; size?: Blocks; limit?: Blocks } = {}): Answered[] {
  return [
    { question: questions.entryLimit, subject, labels: { 'pitwall.cache.backend': 'memory' }, blocks: limit },
    { question: questions.cacheRequests, subject, labels: { 'pitwall.cache.result': 'hit' }, blocks: steady(1_000, span) },
    { question: entryCount, subject, blocks: steady(held, span) },
    { question: bytesHeld, subject, blocks: size },
    ...curve(questions.reuseDistance, subject, 1_000, { 100: 0.9 }, span),
    ...curve(questions.reuseAge, subject, 1_000, { 60: 0.95 }, span),
  ]
}
const judge = (answers: readonly Answered[]) => rule.evaluate(evidenceOf(answers, span), settings)
const halfway = (before: number, after: number): Blocks => [...steady(before, span).slice(0, 12), ...steady(after, span).slice(12)]

describe('oversized-cache', () => {
  it('predicts the bytes of the entries that serve nobody', () => {
    const [answer] = judge(given())
    expect(answer).toMatchObject({ kind: 'finding', change: { maxEntries: 120 }, saving: { unit: 'By' } })
    expect(answer?.kind === 'finding' ? answer.saving.likely : 0).toBeCloseTo(1e9 * (1 - 120 / 4_000), -3)
  })

  it('does not shrink a cache that holds little more than it needs', () => {
    expect(judge(given({ held: 200 }))[0]?.kind).toBe('notAdvised')
  })

  it('does not take entries for useless that could not have been asked for yet', () => {
    expect(judge(given({ held: 20_000 }))[0]?.kind).toBe('notEnoughData')
  })

  it('sees the change when the limit falls, and not when it rises', () => {
    const proposal = { subject, createdAt: 500, saving: { unit: 'By', lower: 1, likely: 1, upper: 1 } } as const
    const seen = (limit: Blocks): number | undefined => rule.appliedAt(evidenceOf(given({ limit }), span), proposal)
    expect(seen(halfway(5_000, 120))).toBe(600)
    expect(seen(halfway(5_000, 9_000))).toBeUndefined()
    expect(seen(steady(5_000, span))).toBeUndefined()
  })

  it('is verified by the bytes that are held no longer', () => {
    const cost = rule.cost(evidenceOf(given({ size: halfway(1e9, 3e7) }), span), subject)
    const predicted = { unit: 'By', lower: 7e8, likely: 9.7e8, upper: 1.2e9 } as const
    const verdict = verify({ predicted, appliedAt: 600, cost, controls: [], span, minRequests: 100 })
    expect(verdict).toMatchObject({ kind: 'verified', actual: { unit: 'By', likely: 9.7e8 } })
    expect(verdict.kind === 'waiting' ? [] : verdict.evidence).toEqual(['It held 954 MiB before the change and 28.6 MiB after it.'])
  })
})
