import { LRUCache } from 'lru-cache'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Span } from '../../../../collector-processor/src/prometheus/evidence.ts'
import type { Question } from '../../../../collector-processor/src/prometheus/question.ts'
import { questions } from '../../../../collector-processor/src/prometheus/questions.ts'
import type { Rule } from '../../../../collector-processor/src/rules/rule.ts'
import shortTtl from '../../../../collector-processor/src/rules/short-ttl.ts'
import undersizedCache from '../../../../collector-processor/src/rules/undersized-cache.ts'
import { parseSettings } from '../../../../collector-processor/src/settings.ts'
import { LruObserver } from '../../../../sdk/src/cache/observed/lru-observer.ts'
import { observe } from '../../../../sdk/src/cache/observed/observe.ts'
import { cache, type MetricDefinition, reuse } from '../../../../sdk/src/contract/index.ts'
import { ManualClock } from '../../../support/clock.ts'
import { collected, type Point } from '../../../support/collected.ts'
import { type Answered, evidenceOf, steady } from '../../../support/evidence.ts'
import { seeded } from '../../../support/random.ts'

const SECONDS = 120
const REQUESTS_PER_SECOND = 20
const span: Span = { end: SECONDS, blockSeconds: 10, blocks: 12, windowBlocks: 12 }
const settings = parseSettings({ windowMs: `${SECONDS}s`, scrapeIntervalMs: '5s' })
const subject = { service: 'agent', kind: 'cache', name: 'src/policy.ts:7' } as const

let clock: ManualClock
let stop = () => {}
beforeEach(() => {
  clock = new ManualClock(0)
  stop = observe(new LruObserver(clock, () => ({ file: 'src/policy.ts', line: 7 })))
})
afterEach(() => stop())

/** An agent that asks for one of 80 policies twenty times a second, and loads for 50 ms what its cache does not have. */
function run(policies: LRUCache<string, object>): void {
  const random = seeded(1)
  for (let request = 0; request < SECONDS * REQUESTS_PER_SECOND; request++) {
    const key = `policy ${Math.floor(random() * 80)}`
    if (policies.get(key) === undefined) {
      clock.advance(50)
      policies.set(key, { text: `text of ${key}` })
    }
    clock.advance(Math.max(0, ((request + 1) * 1_000) / REQUESTS_PER_SECOND - clock.now()))
  }
}

/** What has been exported of a metric, as answers to a question about it: what grew, grew at an even pace. */
function answers(question: Question, metric: MetricDefinition, of: (point: Point) => readonly (readonly [number, object?])[]): Answered[] {
  const per = metric.kind === 'gauge' ? 1 : span.blocks
  return collected(metric, {}).flatMap((point) =>
    of(point).map(([value, labels]) => ({
      question,
      subject,
      labels: { ...point.attributes, ...labels },
      blocks: steady(value / per, span),
    })),
  )
}

const numbers = ({ value }: Point) => (typeof value === 'number' ? [[value] as const] : [])
const part = (name: 'sum' | 'count') => (point: Point) => (typeof point.value === 'number' ? [] : [[point.value[name]] as const])
const buckets =
  ({ buckets = [] }: MetricDefinition) =>
  ({ value }: Point) => {
    if (typeof value === 'number') return []
    let sum = 0
    return [...buckets, '+Inf'].map((edge, index) => [(sum += value.counts[index] ?? 0), { le: String(edge) }] as const)
  }

/** All that the two rules ask, from what the process would export now. */
function advice(rule: Rule) {
  const given = [
    ...answers(questions.reuseDistance, reuse.distance, buckets(reuse.distance)),
    ...answers(questions.reuseAge, reuse.age, buckets(reuse.age)),
    ...answers(questions.reuseChecks, reuse.checks, numbers),
    ...answers(questions.cacheRequests, cache.requests, numbers),
    ...answers(questions.loadSeconds, cache.loadDuration, part('sum')),
    ...answers(questions.loads, cache.loadDuration, part('count')),
    ...answers(questions.evictions, cache.evictions, numbers),
    ...answers(questions.entryLimit, cache.entryLimit, numbers),
    ...answers(questions.ttl, cache.ttl, numbers),
  ]
  return rule.evaluate(evidenceOf(given, span), settings)
}

describe('the advice about an lru-cache that is not ours', () => {
  it('is to enlarge it where its keys do not fit', () => {
    run(new LRUCache({ max: 40 }))
    const [finding, ...more] = advice(undersizedCache)
    expect(more).toEqual([])
    expect(finding).toMatchObject({ kind: 'finding', subject, change: { maxEntries: 80 }, title: 'Enlarge the cache src/policy.ts:7' })
    // Half of twenty requests a second miss, less the first ones, and each loads for 50 ms.
    expect(finding?.kind === 'finding' ? finding.saving.likely : 0).toBeCloseTo(20 * 0.47 * 0.05, 1)
    expect(advice(shortTtl)).toEqual([])
  })

  it('is to keep its entries longer where they come back the same', () => {
    run(new LRUCache({ max: 100, ttl: 2_000, perf: clock, ttlResolution: 0 }))
    const [finding] = advice(shortTtl)
    expect(finding).toMatchObject({ kind: 'finding', subject, title: 'Keep the entries of src/policy.ts:7 longer' })
    expect(advice(undersizedCache)).toEqual([])
  })

  it('is none where it serves what can be served', () => {
    run(new LRUCache({ max: 100 }))
    expect([...advice(undersizedCache), ...advice(shortTtl)]).toEqual([])
  })
})
