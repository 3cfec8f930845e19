import { describe, expect, it } from 'vitest'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { modelUse } from '../../../collector-processor/src/prometheus/model-questions.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import rule from '../../../collector-processor/src/rules/identical-model-requests.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'

const subject = { service: 'agent', kind: 'model', name: 'gpt-4.1' } as const
const span: Span = { end: 600, blockSeconds: 50, blocks: 12, windowBlocks: 12 }
const settings = parseSettings({ windowMs: '600s', scrapeIntervalMs: '5s' })
const priced = parseSettings({ windowMs: '600s', scrapeIntervalMs: '5s', modelPrices: { 'gpt-4.1': { input: 2, output: 8 } } })

/** Two calls a second of two seconds and 1,000 tokens of input each; half of the requests are followed, a fifth of those came before. */
const given = (['calls', 'seconds', 'input'] as const)
  .map((part, index): Answered => ({
    question: modelUse,
    subject,
    labels: { part },
    blocks: steady([100, 200, 100_000][index] ?? 0, span),
  }))
  .concat(
    ...[questions.reuseDistance, questions.reuseAge].map((question) =>
      Object.entries({ 10: 10, 20: 10, 30: 10, '+Inf': 50 }).map(([le, count]): Answered => ({
        question,
        subject,
        labels: { le },
        blocks: steady(count, span),
      })),
    ),
  )
const cached: Answered = {
  question: questions.cacheRequests,
  subject: { ...subject, kind: 'cache' },
  labels: { 'pitwall.cache.result': 'hit' },
  blocks: steady(0, span).map((_, index) => (index < 6 ? undefined : 100)),
}

describe('identical-model-requests', () => {
  it('counts the requests that are followed alone, in seconds where the model has no price', () => {
    const [answer] = rule.evaluate(evidenceOf(given, span), settings)
    expect(answer).toMatchObject({ kind: 'finding', saving: { unit: 's/s' }, change: { ttlSeconds: 10 } })
    // 0.2 hits a second, of two seconds.
    expect(answer?.kind === 'finding' ? answer.saving.likely : 0).toBeCloseTo(0.4, 6)
  })

  it('counts dollars an hour where it has one', () => {
    const [answer] = rule.evaluate(evidenceOf(given, span), priced)
    expect(answer).toMatchObject({ saving: { unit: 'usd/h' } })
    expect(answer?.kind === 'finding' ? answer.saving.likely : 0).toBeCloseTo(0.2 * 0.002 * 3_600, 6)
  })

  it('says nothing once a cache of its name is there, and then compares by what that is asked', () => {
    const evidence = evidenceOf([...given, cached], span)
    expect(rule.evaluate(evidence, settings)).toEqual([])
    expect(rule.appliedAt(evidence, { subject, createdAt: 100 })).toBe(300)
    expect(rule.cost(evidence, subject, settings)).toEqual({ spent: steady(200, span), requests: steady(100, span) })
  })
})
