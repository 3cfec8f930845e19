import { describe, expect, it } from 'vitest'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import type { Blocks } from '../../../collector-processor/src/prometheus/series.ts'
import rule, { bypassed } from '../../../collector-processor/src/rules/degraded-cache.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'

const subject = { service: 'agent', kind: 'cache', name: 'profiles' } as const
const span: Span = { end: 600, blockSeconds: 50, blocks: 12, windowBlocks: 12 }
const settings = parseSettings({ windowMs: '600s', scrapeIntervalMs: '5s' })

/** A shared storage that has 80 % of what it is asked for, loads of 50 ms, and the requests that it lost of about 1,000 in each block. */
function given({ errors = steady(0, span), bypasses = steady(0, span), open = steady(0, span) }): readonly Answered[] {
  const results = (result: string, blocks: Blocks): Answered => ({
    question: questions.cacheRequests,
    subject,
    labels: { 'pitwall.cache.result': result, 'pitwall.cache.tier': 'redis' },
    blocks,
  })
  return [
    results('hit', steady(640, span)),
    results('miss', steady(160, span)),
    results('error', errors),
    results('bypass', bypasses),
    { question: bypassed, subject, blocks: open },
    { question: questions.loads, subject, blocks: steady(360, span) },
    { question: questions.loadSeconds, subject, blocks: steady(18, span) },
  ]
}
const judge = (answers: readonly Answered[]) => rule.evaluate(evidenceOf(answers, span), settings)
const until = (block: number, value: number): Blocks => steady(value, span).map((count, index) => (index < block ? count : 0))

describe('degraded-cache', () => {
  it('predicts the loads of what the storage would have had', () => {
    const [answer] = judge(given({ errors: steady(200, span) }))
    expect(answer).toMatchObject({ kind: 'finding', title: 'Get the shared storage of profiles to answer' })
    // 4 lost requests a second × 80 % values × 50 ms.
    expect(answer?.kind === 'finding' ? answer.saving.likely : 0).toBeCloseTo(0.16, 6)
  })

  it('counts requests that went past a storage only while there is trouble, and beyond the usual ones', () => {
    expect(judge(given({ bypasses: steady(200, span) }))).toEqual([])
    const bypasses = steady(100, span).map((count, index) => (index < 6 ? count : 300))
    const open = steady(1, span).map((state, index) => (index < 6 ? 0 : state))
    const [answer] = judge(given({ bypasses, open }))
    // In half of the window about 190 requests of 50 seconds beyond the tenth that is usual.
    const saving = answer?.kind === 'finding' ? answer.saving.likely : 0
    expect(saving).toBeGreaterThan(0.06)
    expect(saving).toBeLessThan(0.08)
  })

  it('does not advise on an incident that is over, or on a single one', () => {
    expect(judge(given({ errors: until(6, 200) }))[0]?.kind).toBe('notAdvised')
    expect(judge(given({ errors: steady(200, span).map((count, index) => (index === 11 ? count : 0)) }))[0]?.kind).toBe('notAdvised')
  })

  it('sees the change when nothing is lost for three blocks, and not before', () => {
    const proposal = { subject, createdAt: 290, saving: { unit: 's/s', lower: 0.1, likely: 0.2, upper: 0.3 } } as const
    const seen = (errors: Blocks): number | undefined => rule.appliedAt(evidenceOf(given({ errors }), span), proposal)
    expect(seen(until(8, 200))).toBe(400)
    expect(seen(until(10, 200))).toBeUndefined()
    expect(seen(steady(200, span))).toBeUndefined()
  })
})
