import { describe, expect, it } from 'vitest'
import { healthOf } from '../../../collector-processor/src/health/health.ts'
import { outcomes } from '../../../collector-processor/src/health/questions.ts'
import { healthSeries } from '../../../collector-processor/src/health/series.ts'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { usage } from '../../../collector-processor/src/prometheus/limited-resources.ts'
import type { Recommendation, ServiceHealth } from '../../../collector-processor/src/recommendation/recommendation.ts'
import { bypassed } from '../../../collector-processor/src/prediction/lookups.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'
import { sampleRecommendation, sampleReport } from '../../support/recommendations.ts'

const span: Span = { end: 3_600, blockSeconds: 300, blocks: 12, windowBlocks: 12 }
const settings = parseSettings({})

/** Calls in each block of a service, and those of them that failed. */
const called = (calls: number, errors = 0, service = 'agent'): Answered[] => {
  const subject = { service, kind: 'service', name: service.slice(service.lastIndexOf('/') + 1) } as const
  return [
    { question: outcomes, subject, labels: { part: 'calls' }, blocks: steady(calls, span) },
    { question: outcomes, subject, labels: { part: 'errors' }, blocks: steady(errors, span) },
  ]
}
const used = (name: string, share: number): Answered => ({
  question: usage,
  subject: { service: 'agent', kind: 'pool', name },
  blocks: steady(share, span),
})
const all = (answers: readonly Answered[], recommendations: readonly Recommendation[] = []): readonly ServiceHealth[] =>
  healthOf(evidenceOf(answers, span), recommendations, settings)
const health = (...parameters: Parameters<typeof all>): ServiceHealth | undefined => all(...parameters)[0]

describe('the health of a service', () => {
  it('is good, with what was measured, when nothing is wrong', () => {
    expect(health([...called(100, 0.5), used('event loop', 0.4), used('heap', 0.8)])).toEqual({
      service: 'agent',
      state: 'good',
      reasons: ['0.5 % of 1,200 calls failed, 1 % may', 'the event loop is used to 40 %', 'the heap is used to 80 %'],
    })
  })

  it('is degraded by more failed calls than the objective allows, and bad by many more', () => {
    expect(health(called(100, 2))).toMatchObject({ state: 'degraded', reasons: ['2 % of 1,200 calls failed, 1 % may'] })
    expect(health(called(100, 15))?.state).toBe('bad')
    const loose = parseSettings({ errorObjective: 0.9 })
    expect(healthOf(evidenceOf(called(100, 5), span), [], loose)[0]?.state).toBe('good')
  })

  it('is told by the event loop, the heap and pools', () => {
    expect(health([used('event loop', 0.8)])?.state).toBe('degraded')
    expect(health([used('event loop', 0.95)])?.state).toBe('bad')
    expect(health([used('heap', 0.95)])?.state).toBe('degraded')
    expect(health([used('orders', 0.85)])?.state).toBe('good')
  })

  it('is degraded by a cache whose storage fails, and no longer when it answers again', () => {
    const subject = { service: 'agent', kind: 'cache', name: 'profiles' } as const
    const open = (now: number): Answered => ({
      question: bypassed,
      subject,
      blocks: steady(1, span).map((value, block) => (block < 9 ? value : now)),
    })
    expect(health([open(1), ...called(100)])).toMatchObject({ state: 'degraded', reasons: [expect.stringContaining('the cache profiles')] })
    expect(health([open(0), ...called(100)])?.state).toBe('good')
  })

  it('is degraded by what is critical to change or became slower, not by other advice or what was done', () => {
    const advised = (changes: Partial<Recommendation>) => health(called(100), [sampleRecommendation({ service: 'agent', ...changes })])
    expect(advised({ priority: 'critical' })?.reasons).toEqual(['Enlarge the cache searchFlights (undersized-cache)'])
    expect(advised({ rule: 'latency-regression' })?.state).toBe('degraded')
    expect(advised({})?.state).toBe('good')
    expect(advised({ priority: 'critical', state: 'verified' })?.state).toBe('good')
    expect(advised({ priority: 'critical', service: 'other' })?.state).toBe('good')
  })

  it('is not known from a handful of calls', () => {
    expect(health(called(2))).toMatchObject({ state: 'unknown', reasons: [expect.stringContaining('fewer than 100 calls')] })
    expect(all([])).toEqual([])
  })

  it('is listed for each service, the worst first, under its whole name', () => {
    const answers = [...called(100, 0, 'a'), ...called(100, 20, 'shop/b'), ...called(1, 0, 'c'), ...called(100, 2, 'd')]
    expect(all(answers).map(({ service, state }) => `${service} ${state}`)).toEqual(['shop/b bad', 'd degraded', 'c unknown', 'a good'])
  })

  it('is one series for each service, whose label is the state', () => {
    const report = { ...sampleReport(), health: all([...called(100), ...called(100, 20, 'b')]) }
    expect(healthSeries(report).map(({ metric, attributes, value }) => [metric.name, attributes, value])).toEqual([
      ['pitwall.service.health', { service: 'b', health: 'bad' }, 1],
      ['pitwall.service.health', { service: 'agent', health: 'good' }, 1],
    ])
    expect(healthSeries(sampleReport())).toEqual([])
  })
})
