import { describe, expect, it } from 'vitest'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import type { Blocks } from '../../../collector-processor/src/prometheus/series.ts'
import rule, { spelledLoads } from '../../../collector-processor/src/rules/unique-keys.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'

const subject = { service: 'agent', kind: 'cache', name: 'hotels' } as const
const span: Span = { end: 1_200, blockSeconds: 100, blocks: 12, windowBlocks: 12 }
const settings = parseSettings({ windowMs: '1200s', scrapeIntervalMs: '5s' })

/** Ten loads a second of 50 ms; in each block of 1,000 so many whose key was spelled otherwise before. */
function given(same: Blocks, different = 0): readonly Answered[] {
  const spelling = (outcome: string, blocks: Blocks): Answered => ({
    question: spelledLoads,
    subject,
    labels: { 'pitwall.cache.spelling': outcome },
    blocks,
  })
  return [
    spelling('new', steady(400, span)),
    spelling('same', same),
    spelling('different', steady(different, span)),
    { question: questions.loads, subject, blocks: steady(1_000, span) },
    { question: questions.loadSeconds, subject, blocks: steady(50, span) },
  ]
}
const judge = (answers: readonly Answered[]) => rule.evaluate(evidenceOf(answers, span), settings)[0]

describe('unique-keys', () => {
  it('predicts the loads of keys that were spelled otherwise before', () => {
    const answer = judge(given(steady(600, span)))
    expect(answer).toMatchObject({ kind: 'finding', effort: 'hours', title: 'Normalize the keys of hotels' })
    expect(answer?.kind === 'finding' ? answer.saving.likely : 0).toBeCloseTo(0.3, 6)
  })

  it('only asks to investigate while few were compared, or some were different', () => {
    expect(judge(given(steady(600, span), 5))).toMatchObject({
      title: 'Investigate whether the keys of hotels may be normalized',
      effort: 'days',
    })
  })

  it('does not call spellings one that load different values', () => {
    expect(judge(given(steady(600, span), 30))?.kind).toBe('notAdvised')
  })

  it('sees the change when other spellings are gone for three blocks, and not before', () => {
    const proposal = { subject, createdAt: 550, saving: { unit: 's/s', lower: 0.1, likely: 0.3, upper: 0.4 } } as const
    const seen = (from: number) =>
      rule.appliedAt(evidenceOf(given(steady(600, span).map((count, index) => (index < from ? count : 3))), span), proposal)
    expect(seen(8)).toBe(800)
    expect(seen(10)).toBeUndefined()
  })
})
