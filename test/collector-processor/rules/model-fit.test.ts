import { describe, expect, it } from 'vitest'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { modelUse } from '../../../collector-processor/src/prometheus/model-questions.ts'
import type { Blocks } from '../../../collector-processor/src/prometheus/series.ts'
import rule, { scores } from '../../../collector-processor/src/rules/model-fit.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'

const large = { service: 'agent', kind: 'model', name: 'gpt-4.1' } as const
const small = { ...large, name: 'gpt-4.1-mini' } as const
const span: Span = { end: 600, blockSeconds: 50, blocks: 12, windowBlocks: 12 }
const settings = parseSettings({
  windowMs: '600s',
  scrapeIntervalMs: '5s',
  modelPrices: { 'gpt-4.1': { input: 2, output: 8 }, 'gpt-4.1-mini': { input: 0.4, output: 1.6 } },
})

/** A model with so many calls a block of 1,000 tokens each, and their scores by evaluation. */
function asked(
  subject: typeof large | typeof small,
  calls: Blocks,
  means: Readonly<Record<string, number>>,
  noise = 0,
): readonly Answered[] {
  const use = (part: string, blocks: Blocks): Answered => ({ question: modelUse, subject, labels: { part }, blocks })
  const score = (part: string, evaluation: string, blocks: Blocks): Answered => ({
    question: scores,
    subject,
    labels: { part, 'gen_ai.evaluation.name': evaluation },
    blocks,
  })
  return [
    use('calls', calls),
    use(
      'input',
      calls.map((count) => 1_000 * (count ?? 0)),
    ),
    ...Object.entries(means).flatMap(([evaluation, mean]) => [
      score('count', evaluation, steady(100, span)),
      score(
        'sum',
        evaluation,
        steady(100, span).map((count, index) => (count ?? 0) * (mean + noise * (-1) ** index)),
      ),
    ]),
  ]
}
const often = steady(100, span)
const judge = (answers: readonly Answered[]) => rule.evaluate(evidenceOf(answers, span), settings)

describe('model-fit', () => {
  it('lets a cheaper model take over whose scores are as good, for the difference of the prices', () => {
    const [answer] = judge([...asked(large, often, { helpful: 0.9 }), ...asked(small, often, { helpful: 0.89 })])
    expect(answer).toMatchObject({ kind: 'finding', subject: large, change: { model: 'gpt-4.1-mini' } })
    expect(answer?.kind === 'finding' ? answer.saving.likely : 0).toBeCloseTo(2 * 0.0016 * 3_600, 6)
  })

  it('does not where it is worse by one evaluation, or may be', () => {
    const both = { helpful: 0.9, polite: 0.9 }
    const rude = [...asked(large, often, both), ...asked(small, often, { ...both, polite: 0.8 })]
    expect(judge(rude)).toMatchObject([{ kind: 'notAdvised', reason: expect.stringContaining('polite') }])
    const unsure = [...asked(large, often, { helpful: 0.9 }, 0.1), ...asked(small, often, { helpful: 0.9 }, 0.1)]
    expect(judge(unsure)).toMatchObject([{ kind: 'notAdvised' }])
  })

  it('says nothing without scores, nor of models without prices, and waits where different things were judged', () => {
    expect(judge([...asked(large, often, {}), ...asked(small, often, {})])).toEqual([])
    const unpriced = { ...small, name: 'local-model' }
    const answers = asked(small, often, { helpful: 0.95 }).map((answer) => ({ ...answer, subject: unpriced }))
    expect(judge([...asked(large, often, { helpful: 0.9 }), ...answers])).toEqual([])
    expect(judge([...asked(large, often, { helpful: 0.9 }), ...asked(small, often, { polite: 0.9 })])).toMatchObject([
      { kind: 'notEnoughData' },
    ])
  })

  it('sees the change when the calls went to another model, and not when they ended', () => {
    const [before, after] = [often.map((count, index) => (index < 9 ? count : 0)), often.map((count, index) => (index < 9 ? 0 : count))]
    const proposal = { subject: large, createdAt: 400, saving: { unit: 'usd/h', lower: 1, likely: 2, upper: 3 } } as const
    const moved = evidenceOf([...asked(large, before, {}), ...asked(small, after, {})], span)
    expect(rule.appliedAt(moved, proposal)).toBe(450)
    expect(rule.appliedAt(evidenceOf(asked(large, before, {}), span), proposal)).toBeUndefined()
    expect(rule.cost(moved, large, settings).requests).toEqual(often)
  })
})
