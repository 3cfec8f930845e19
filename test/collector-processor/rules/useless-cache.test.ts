import { describe, expect, it } from 'vitest'
import { lookupSeconds } from '../../../collector-processor/src/prediction/lookups.ts'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import type { Blocks } from '../../../collector-processor/src/prometheus/series.ts'
import rule from '../../../collector-processor/src/rules/useless-cache.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { curve } from '../../support/curve.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'

const subject = { service: 'agent', kind: 'cache', name: 'geocode' } as const
const asFunction = { ...subject, kind: 'function' } as const
const span: Span = { end: 1_200, blockSeconds: 100, blocks: 12, windowBlocks: 12 }
const settings = parseSettings({ windowMs: '1200s', scrapeIntervalMs: '5s' })
const until = (block: number, value: number): Blocks => steady(value, span).map((count, index) => (index < block ? count : undefined))

/** 50 requests a second, lookups of 4 ms, loads of so many seconds, a tenth hits and a tenth joined loads; asked until this block. */
function given(loadSeconds: number, blocks = span.blocks): readonly Answered[] {
  const results = (result: string, count: number): Answered => ({
    question: questions.cacheRequests,
    subject,
    labels: { 'pitwall.cache.result': result, 'pitwall.cache.tier': 'redis' },
    blocks: until(blocks, count),
  })
  return [
    results('hit', 500),
    results('coalesced', 500),
    results('miss', 4_000),
    { question: lookupSeconds, subject, labels: { 'pitwall.cache.tier': 'redis' }, blocks: until(blocks, 20) },
    { question: questions.loads, subject, blocks: until(blocks, 4_000) },
    { question: questions.loadSeconds, subject, blocks: until(blocks, 4_000 * loadSeconds) },
    ...curve(questions.reuseDistance, subject, 5_000, { 100_000: 0.2 }, span),
    ...curve(questions.reuseAge, subject, 5_000, { 86_400: 0.2 }, span),
  ]
}
const judge = (answers: readonly Answered[]) => rule.evaluate(evidenceOf(answers, span), settings)
const proposal = { subject, createdAt: 500, saving: { unit: 's/s', lower: 0.1, likely: 0.15, upper: 0.2 } } as const
const calls: Answered = { question: questions.functionCalls, subject: asFunction, blocks: steady(5_000, span) }

describe('useless-cache', () => {
  it('predicts the lookups, less the loads that hits and joined loads spare', () => {
    const [answer] = judge(given(0.005))
    expect(answer).toMatchObject({ kind: 'finding', title: 'Remove the cache geocode' })
    // 0.2 seconds of lookups a second, less 10 served requests of 5 ms.
    expect(answer?.kind === 'finding' ? answer.saving.likely : 0).toBeCloseTo(0.15, 6)
  })

  it('leaves alone what saves as much as it takes', () => {
    expect(judge(given(0.02))[0]?.kind).toBe('notAdvised')
  })

  it('does not judge a cache that is younger than the window', () => {
    const young = given(0.005).map((one) => ({ ...one, blocks: one.blocks.map((value, index) => (index < 6 ? undefined : value)) }))
    expect(judge(young)[0]?.kind).toBe('notEnoughData')
  })

  it('sees the change when the function is called and its cache is not', () => {
    expect(rule.appliedAt(evidenceOf([...given(0.005, 8), calls], span), proposal)).toBe(800)
  })

  it('sees no change where the function is profiled behind the cache, or nobody calls it', () => {
    expect(rule.appliedAt(evidenceOf([...given(0.005), calls], span), proposal)).toBeUndefined()
    expect(rule.appliedAt(evidenceOf(given(0.005, 8), span), proposal)).toBeUndefined()
  })

  it('costs loads and lookups before the change, and calls after it', () => {
    const seconds: Answered = { question: questions.functionSeconds, subject: asFunction, blocks: steady(25, span) }
    const { spent, requests } = rule.cost(evidenceOf([...given(0.005, 8), calls, seconds], span), subject)
    expect([spent[7], requests[7]]).toEqual([40, 5_000])
    expect([spent[8], requests[8]]).toEqual([25, 5_000])
  })
})
