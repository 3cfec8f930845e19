import { describe, expect, it } from 'vitest'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import type { Blocks } from '../../../collector-processor/src/prometheus/series.ts'
import rule, { duplicateLoads } from '../../../collector-processor/src/rules/stampede.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'

const subject = { service: 'agent', kind: 'cache', name: 'forecast' } as const
const span: Span = { end: 1_200, blockSeconds: 100, blocks: 12, windowBlocks: 12 }
const settings = parseSettings({ windowMs: '1200s', scrapeIntervalMs: '5s' })

/** Two loads a second, half a second each; so many of the 200 of each block for nothing. */
function given(duplicates: Blocks): readonly Answered[] {
  return [
    { question: duplicateLoads, subject, blocks: duplicates },
    { question: questions.loads, subject, blocks: steady(200, span) },
    { question: questions.loadSeconds, subject, blocks: steady(100, span) },
  ]
}
const from = (block: number, value: number): Blocks => steady(100, span).map((count, index) => (index < block ? count : value))

describe('stampede', () => {
  it('predicts the loads that were made for nothing', () => {
    const [answer] = rule.evaluate(evidenceOf(given(steady(100, span)), span), settings)
    expect(answer?.kind === 'finding' ? answer.saving.likely : 0).toBeCloseTo(0.5, 6)
  })

  it('does not take loads that meet by chance for a stampede', () => {
    expect(rule.evaluate(evidenceOf(given(steady(6, span)), span), settings)[0]?.kind).toBe('notAdvised')
  })

  it('sees the change when most duplicates are gone for three blocks, and not before', () => {
    const proposal = { subject, createdAt: 550, saving: { unit: 's/s', lower: 0.1, likely: 0.5, upper: 0.6 } } as const
    const seen = (blocks: Blocks) => rule.appliedAt(evidenceOf(given(blocks), span), proposal)
    expect(seen(from(8, 2))).toBe(800)
    expect(seen(from(10, 2))).toBeUndefined()
    expect(seen(from(8, 80))).toBeUndefined()
  })
})
