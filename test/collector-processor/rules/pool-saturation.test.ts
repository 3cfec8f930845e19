import { describe, expect, it } from 'vitest'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import type { Blocks } from '../../../collector-processor/src/prometheus/series.ts'
import rule, { limits, use } from '../../../collector-processor/src/rules/pool-saturation.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'

const subject = { service: 'agent', kind: 'pool', name: 'orders' } as const
const span: Span = { end: 600, blockSeconds: 50, blocks: 12, windowBlocks: 12 }
const settings = parseSettings({ windowMs: '600s', scrapeIntervalMs: '5s' })

/** Pools of ten connections in some processes; amounts a second, of all of them together. */
function given({ processes = 1, inUse = 8.5, waiting = 2.6, uses = steady(8_500, span), size = steady(10, span) }): readonly Answered[] {
  const part = (name: string, blocks: Blocks): Answered => ({ question: use, subject, labels: { part: name }, blocks })
  return [
    ...Array.from({ length: processes }, (): Answered => ({ question: limits, subject, blocks: size })),
    part('waited', steady(waiting * span.blockSeconds, span)),
    part('used', steady(inUse * span.blockSeconds, span)),
    part('uses', uses),
  ]
}
const judge = (answers: readonly Answered[]) => rule.evaluate(evidenceOf(answers, span), settings)[0]

describe('pool-saturation', () => {
  it('proposes the smallest pool that leaves a twentieth of the waits', () => {
    const answer = judge(given({}))
    expect(answer).toMatchObject({ kind: 'finding', change: { maxConnections: 14 } })
    expect(answer?.kind === 'finding' ? answer.saving.likely : 0).toBeCloseTo(2.48, 1)
  })

  it('knows the load of each process by their number', () => {
    expect(judge(given({ processes: 4, inUse: 34, waiting: 10.4 }))).toMatchObject({ kind: 'finding', change: { maxConnections: 14 } })
    expect(judge(given({ processes: 4, inUse: 20, waiting: 2.6 }))?.kind).toBe('notAdvised')
  })

  it('does not blame the pool where uses take longer when there are more', () => {
    const uses = steady(0, span).map((_, index) => 9_500 - 100 * index)
    // The same connection-seconds for fewer uses in some blocks: they take longer there.
    expect(judge(given({ uses }))?.kind).toBe('finding')
    const answers = given({ uses }).map((answer) =>
      answer.labels?.part === 'used'
        ? { ...answer, blocks: uses.map((count) => 425 * (count / 9_000) ** 2 * (count % 200 === 0 ? 1.01 : 1)) }
        : answer,
    )
    expect(judge(answers)).toMatchObject({ kind: 'notAdvised', reason: expect.stringContaining('database is what is busy') })
  })

  it('claims nothing of a pool that is always full', () => {
    expect(judge(given({ inUse: 9.9, waiting: 30 }))?.kind).toBe('notEnoughData')
  })

  it('sees the change when the last process has more connections, and compares waits for each use', () => {
    const grown = steady(10, span).map((size, index) => (index >= 6 ? 14 : size))
    const proposal = { subject, createdAt: 200, saving: { unit: 's/s', lower: 1, likely: 2, upper: 3 } } as const
    expect(rule.appliedAt(evidenceOf(given({ size: grown }), span), proposal)).toBe(300)
    expect(rule.appliedAt(evidenceOf([...given({ size: grown }), ...given({})], span), proposal)).toBeUndefined()
    expect(rule.cost(evidenceOf(given({}), span), subject)).toMatchObject({ spent: steady(130, span), requests: steady(8_500, span) })
  })
})
