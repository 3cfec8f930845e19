import { describe, expect, it } from 'vitest'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import type { Blocks } from '../../../collector-processor/src/prometheus/series.ts'
import rule from '../../../collector-processor/src/rules/eviction-policy.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'
import { curve } from '../../support/curve.ts'
import { auto } from '../../../sdk/src/cache/eviction/auto.ts'
import { fifo } from '../../../sdk/src/cache/eviction/fifo.ts'
import { lru } from '../../../sdk/src/cache/eviction/lru.ts'
import { tinylfu } from '../../../sdk/src/cache/eviction/tinylfu.ts'
import { followed, requestsOf } from '../../support/fleet.ts'
import { SimulatedCache } from '../../support/simulated-cache.ts'

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
const policies = { auto, fifo, lru, tinylfu }
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

  it.each(['lru', 'auto', 'tinylfu'] as const)('finds nothing wrong with %s in simulated traffic, in any of 20 fleets', (policy) => {
    const found = Array.from({ length: 20 }, (_, seed) => simulated(policy, seed)).filter(({ kind }) => kind === 'finding')
    expect(found).toEqual([])
  })

  it('finds fifo in simulated traffic, and predicts within its interval what least-recently-used eviction serves later', () => {
    const outcomes = Array.from({ length: 20 }, (_, seed) => simulated('fifo', seed))
    const inside = outcomes.filter(({ kind, saved, saving }) => kind === 'finding' && saved >= saving.lower && saved <= saving.upper)
    expect(inside.length).toBeGreaterThanOrEqual(18)
  })
})

/** Three agents with caches of 30 entries, from the start: what the rule says after 20 seconds, and what lru would save in the next 20. */
function simulated(policy: keyof typeof policies, seed: number) {
  const requests = requestsOf({ seed, agents: 3, perSecond: 100, keys: 200, exponent: 1.1, loadSeconds: 0.05, seconds: 40 })
  const until20: Span = { end: 20, blockSeconds: 2, blocks: 10, windowBlocks: 10 }
  const use = (name: keyof typeof policies): readonly boolean[] => {
    const caches = new Map([0, 1, 2].map((agent) => [agent, new SimulatedCache(policies[name](), 30)]))
    return requests.map(({ agent, key }) => caches.get(agent)?.request(String(key)) ?? false)
  }
  const hits = use(policy)
  const counted = (isCounted: (index: number) => boolean): Blocks =>
    steady(0, until20).map((_, block) => requests.filter(({ at }, index) => Math.floor(at / 2) === block && isCounted(index)).length)
  const misses = counted((index) => hits[index] === false)
  const results = (result: string, blocks: Blocks): Answered => ({
    question: questions.cacheRequests,
    subject,
    labels: { 'pitwall.cache.result': result },
    blocks,
  })
  const [answer] = rule.evaluate(
    evidenceOf(
      [
        ...followed(requests, subject, until20, 0.05),
        { question: questions.entryLimit, subject, labels: { 'pitwall.cache.backend': 'memory' }, blocks: steady(30, until20) },
        results(
          'hit',
          counted((index) => hits[index] === true),
        ),
        results('miss', misses),
        { question: questions.loads, subject, blocks: misses },
        { question: questions.loadSeconds, subject, blocks: misses.map((count) => (count ?? 0) * 0.05) },
        { question: questions.evictions, subject, labels: { 'pitwall.cache.eviction.reason': 'size' }, blocks: misses },
      ],
      until20,
    ),
    settings,
  )
  const later = (served: readonly boolean[]): number => served.filter((hit, index) => hit && (requests[index]?.at ?? 0) >= 20).length
  const saving = answer?.kind === 'finding' ? answer.saving : { lower: 0, upper: 0 }
  return { kind: answer?.kind, saving, saved: ((later(use('lru')) - later(hits)) * 0.05) / 20 }
}
