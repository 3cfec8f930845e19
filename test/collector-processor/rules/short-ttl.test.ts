import { describe, expect, it } from 'vitest'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import type { Answer } from '../../../collector-processor/src/rules/rule.ts'
import rule from '../../../collector-processor/src/rules/short-ttl.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { curve } from '../../support/curve.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'

const subject = { service: 'agent', kind: 'cache', name: 'rates' } as const
const span: Span = { end: 120, blockSeconds: 10, blocks: 12, windowBlocks: 12 }
const settings = parseSettings({ windowMs: '120s', scrapeIntervalMs: '5s' })
const inMemory = { 'pitwall.cache.backend': 'memory' } as const

function compared(same: number, different: number): Answered[] {
  return [
    { question: questions.reuseChecks, subject, labels: { 'pitwall.reuse.same': 'true' }, blocks: steady(same, span) },
    { question: questions.reuseChecks, subject, labels: { 'pitwall.reuse.same': 'false' }, blocks: steady(different, span) },
  ]
}

/** 20 requests a second, loads of 50 ms, and entries that live two seconds; a minute would serve 90 %. */
function twoSeconds(changes: readonly Answered[] = []): readonly Answer[] {
  const given: Answered[] = [
    { question: questions.ttl, subject, labels: inMemory, blocks: steady(2, span) },
    { question: questions.entryLimit, subject, labels: inMemory, blocks: steady(1_000, span) },
    { question: questions.cacheRequests, subject, labels: { 'pitwall.cache.result': 'miss' }, blocks: steady(200, span) },
    { question: questions.loads, subject, blocks: steady(160, span) },
    { question: questions.loadSeconds, subject, blocks: steady(8, span) },
    ...curve(questions.reuseDistance, subject, 200, { 100: 0.95 }, span),
    ...curve(questions.reuseAge, subject, 200, { 2: 0.2, 60: 0.9, 3_600: 0.91 }, span),
    ...compared(100, 0),
  ]
  const replaced = given.filter((one) => !changes.some((change) => change.question === one.question))
  return rule.evaluate(evidenceOf([...replaced, ...changes], span), settings)
}

describe('short-ttl', () => {
  it('predicts the loads that a longer time to live saves', () => {
    const [answer] = twoSeconds()
    expect(answer).toMatchObject({
      kind: 'finding',
      effort: 'minutes',
      change: { ttlSeconds: 60 },
      advice: 'Raise ttl of rates from 2s to 1m.',
    })
    // 20 requests a second × 70 points of hit ratio × 50 ms.
    expect(answer?.kind === 'finding' ? answer.saving.likely : 0).toBeCloseTo(0.7, 6)
  })

  it('counts only what the entries have room for', () => {
    const [answer] = twoSeconds([...curve(questions.reuseDistance, subject, 200, { 100: 0.5 }, span)])
    expect(answer?.kind === 'finding' ? answer.saving.likely : 0).toBeCloseTo(20 * 0.3 * 0.05, 6)
  })

  it('asks to investigate when too few reloads were compared', () => {
    expect(twoSeconds(compared(5, 0))[0]).toMatchObject({
      kind: 'finding',
      effort: 'hours',
      title: 'Investigate whether rates may keep its entries longer',
    })
  })

  it('advises nothing when reloads bring something new, and says so', () => {
    expect(twoSeconds(compared(50, 50))[0]).toEqual({
      kind: 'notAdvised',
      subject,
      reason: 'its values change while they are cached: only 600 of 1,200 compared results were the same when they were loaded again',
    })
  })

  it('is silent about a cache that keeps its entries for ever', () => {
    expect(twoSeconds([{ question: questions.ttl, subject, blocks: steady(2, span) }])).toEqual([])
  })

  it('is silent when a longer time to live would gain nothing', () => {
    expect(twoSeconds([...curve(questions.reuseAge, subject, 200, { 2: 0.9 }, span)])).toEqual([])
  })

  it('sees the change when the time to live rises after the proposal', () => {
    const proposal = { subject, createdAt: 35, saving: { unit: 's/s', lower: 1, likely: 1, upper: 1 } } as const
    const blocks = [2, 2, 2, 2, 2, 2, 60, 60, 60, 60, 60, 60]
    expect(rule.appliedAt(evidenceOf([{ question: questions.ttl, subject, labels: inMemory, blocks }], span), proposal)).toBe(60)
  })
})
