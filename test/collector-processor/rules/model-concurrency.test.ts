import { describe, expect, it } from 'vitest'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { modelUse } from '../../../collector-processor/src/prometheus/model-questions.ts'
import type { Blocks } from '../../../collector-processor/src/prometheus/series.ts'
import rule from '../../../collector-processor/src/rules/model-concurrency.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'

const subject = { service: 'agent', kind: 'model', name: 'gpt-4.1' } as const
const span: Span = { end: 600, blockSeconds: 50, blocks: 12, windowBlocks: 12 }
const settings = parseSettings({ windowMs: '600s', scrapeIntervalMs: '5s' })

/** Five calls a second of two seconds; so many requests of 0.2 s are turned away in each block. */
function given(rejections: Blocks): readonly Answered[] {
  const part = (name: string, blocks: Blocks): Answered => ({ question: modelUse, subject, labels: { part: name }, blocks })
  return [
    part('calls', steady(250, span)),
    part('seconds', steady(500, span)),
    part('rejections', rejections),
    part(
      'rejectedSeconds',
      rejections.map((count) => 0.2 * (count ?? 0)),
    ),
  ]
}
const judge = (rejections: Blocks) => rule.evaluate(evidenceOf(given(rejections), span), settings)[0]
const until = (block: number): Blocks => steady(50, span).map((count, index) => (index < block ? count : 0))

describe('model-concurrency', () => {
  it('spaces calls as they come, and saves most of the time of those that are turned away', () => {
    const answer = judge(steady(50, span))
    expect(answer).toMatchObject({ kind: 'finding', title: 'Space the calls of gpt-4.1', change: { spacingMs: 181 } })
    const { lower, likely, upper } = answer?.kind === 'finding' ? answer.saving : { lower: 0, likely: 0, upper: 0 }
    expect([lower, likely, upper].map((value) => Number(value.toFixed(4)))).toEqual([0.1615, 0.19, 0.2185])
  })

  it('says nothing of an incident that is over, of few rejections, or of a quota that is used up', () => {
    expect(judge(until(8))?.kind).toBe('notAdvised')
    expect(judge(steady(4, span))?.kind).toBe('notAdvised')
    expect(judge(steady(2_400, span))).toMatchObject({ kind: 'notAdvised', reason: expect.stringContaining('quota') })
  })

  it('sees the change when rejections have ended for three blocks, and not before', () => {
    const proposal = { subject, createdAt: 400, saving: { unit: 's/s', lower: 0.1, likely: 0.19, upper: 0.2 } } as const
    expect(rule.appliedAt(evidenceOf(given(until(9)), span), proposal)).toBe(450)
    expect(rule.appliedAt(evidenceOf(given(until(10)), span), proposal)).toBeUndefined()
  })
})
