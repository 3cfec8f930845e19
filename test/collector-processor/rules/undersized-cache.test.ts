import { describe, expect, it } from 'vitest'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import type { Answer } from '../../../collector-processor/src/rules/rule.ts'
import rule from '../../../collector-processor/src/rules/undersized-cache.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'
import { curve } from '../../support/curve.ts'

const subject = { service: 'agent', kind: 'cache', name: 'policy' } as const
const span: Span = { end: 120, blockSeconds: 10, blocks: 12, windowBlocks: 12 }
const settings = parseSettings({ windowMs: '120s', scrapeIntervalMs: '5s' })

/** 20 requests a second, loads of 50 ms, and a cache of ten entries that would hit 30 %; with 50 entries 90 %. */
function cacheOfTen(changes: readonly Answered[] = [], hits: Record<number, number> = { 10: 0.3, 50: 0.9 }): readonly Answer[] {
  const given: Answered[] = [
    { question: questions.entryLimit, subject, labels: { 'pitwall.cache.backend': 'memory' }, blocks: steady(10, span) },
    { question: questions.cacheRequests, subject, labels: { 'pitwall.cache.result': 'miss' }, blocks: steady(200, span) },
    { question: questions.loads, subject, blocks: steady(140, span) },
    { question: questions.loadSeconds, subject, blocks: steady(7, span) },
    { question: questions.evictions, subject, labels: { 'pitwall.cache.eviction.reason': 'size' }, blocks: steady(100, span) },
    ...curve(questions.reuseDistance, subject, 200, hits, span),
    ...curve(questions.reuseAge, subject, 200, { 60: 0.95 }, span),
  ]
  const replaced = given.filter((one) => !changes.some((change) => change.question === one.question))
  return rule.evaluate(evidenceOf([...replaced, ...changes], span), settings)
}

describe('undersized-cache', () => {
  it('predicts the loads that a larger cache saves', () => {
    const [answer] = cacheOfTen()
    expect(answer).toMatchObject({ kind: 'finding', change: { maxEntries: 50 }, title: 'Enlarge the cache policy' })
    // 20 requests a second × 60 points of hit ratio × 50 ms.
    expect(answer?.kind === 'finding' ? answer.saving.likely : 0).toBeCloseTo(0.6, 6)
  })

  it('takes the smallest size that is worth it, not the largest', () => {
    expect(cacheOfTen([], { 10: 0.3, 50: 0.9, 100: 0.91, 100_000: 0.93 })[0]).toMatchObject({ change: { maxEntries: 50 } })
  })

  it('counts only what the time to live lets through', () => {
    const ttl = { question: questions.ttl, subject, labels: { 'pitwall.cache.backend': 'memory' }, blocks: steady(30, span) } as const
    const [answer] = cacheOfTen([ttl, ...curve(questions.reuseAge, subject, 200, { 30: 0.5, 60: 0.95 }, span)])
    // 30 % now; no more than 50 % survive the 30 seconds.
    expect(answer?.kind === 'finding' ? answer.saving.likely : 0).toBeCloseTo(20 * 0.2 * 0.05, 2)
  })

  it('is silent about entries that left because they expired', () => {
    const expired = {
      question: questions.evictions,
      subject,
      labels: { 'pitwall.cache.eviction.reason': 'expired' },
      blocks: steady(100, span),
    } as const
    expect(cacheOfTen([expired])).toEqual([])
  })

  it('is silent about a cache without a limit', () => {
    expect(cacheOfTen([{ question: questions.entryLimit, subject, blocks: steady(10, span) }])).toEqual([])
  })

  it('waits for loads before it says what they cost', () => {
    const none = { question: questions.loads, subject, blocks: steady(0, span) } as const
    expect(cacheOfTen([none])[0]?.kind).toBe('notEnoughData')
  })

  it('sees the change when the limit rises after the proposal, and not when it falls', () => {
    const proposal = { subject, createdAt: 35, saving: { unit: 's/s', lower: 1, likely: 1, upper: 1 } } as const
    const seen = (...blocks: number[]): number | undefined =>
      rule.appliedAt(
        evidenceOf([{ question: questions.entryLimit, subject, labels: { 'pitwall.cache.backend': 'memory' }, blocks }], span),
        proposal,
      )
    expect(seen(10, 10, 10, 10, 10, 50, 50, 50, 50, 50, 50, 50)).toBe(50)
    expect(seen(10, 10, 10, 10, 10, 5, 5, 5, 5, 5, 5, 5)).toBeUndefined()
    expect(seen(5, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10), 'a rise before the proposal').toBeUndefined()
  })
})
