import { describe, expect, it } from 'vitest'
import { lookupSeconds } from '../../../collector-processor/src/prediction/lookups.ts'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import rule from '../../../collector-processor/src/rules/hot-key.ts'
import slowSharedCache from '../../../collector-processor/src/rules/slow-shared-cache.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { curve } from '../../support/curve.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'

const subject = { service: 'agent', kind: 'cache', name: 'settings' } as const
const span: Span = { end: 1_200, blockSeconds: 100, blocks: 12, windowBlocks: 12 }
const settings = parseSettings({ windowMs: '1200s', scrapeIntervalMs: '5s' })

/** 50 requests a second to Redis, half of them for one key, lookups of 3 ms, and loads of so many seconds. */
function given(loadSeconds: number): readonly Answered[] {
  const results = (result: string, count: number): Answered => ({
    question: questions.cacheRequests,
    subject,
    labels: { 'pitwall.cache.result': result, 'pitwall.cache.tier': 'redis' },
    blocks: steady(count, span),
  })
  return [
    results('hit', 4_500),
    results('miss', 500),
    { question: lookupSeconds, subject, labels: { 'pitwall.cache.tier': 'redis' }, blocks: steady(15, span) },
    { question: questions.loads, subject, blocks: steady(500, span) },
    { question: questions.loadSeconds, subject, blocks: steady(500 * loadSeconds, span) },
    ...curve(questions.reuseDistance, subject, 5_000, { 1: 0.5, 100: 0.5, 100_000: 0.9 }, span),
    ...curve(questions.reuseAge, subject, 5_000, { 30: 0.9, 86_400: 0.9 }, span),
  ]
}
const evidence = (loadSeconds: number) => evidenceOf(given(loadSeconds), span)

describe('hot-key', () => {
  it('predicts the lookups for the hottest keys', () => {
    const [answer] = rule.evaluate(evidence(0.2), settings)
    // 50 requests a second × 50 % × 3 ms.
    expect(answer?.kind === 'finding' ? answer.saving.likely : 0).toBeCloseTo(0.075, 6)
  })

  it.each([0.005, 0.012, 0.013, 0.2])('never speaks together with slow-shared-cache, at loads of %d s', (loadSeconds) => {
    const findings = [rule, slowSharedCache].flatMap((one) => one.evaluate(evidence(loadSeconds), settings))
    expect(findings.filter(({ kind }) => kind === 'finding')).toHaveLength(1)
  })
})
