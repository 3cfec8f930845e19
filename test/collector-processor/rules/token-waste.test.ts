import { describe, expect, it } from 'vitest'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { modelUse } from '../../../collector-processor/src/prometheus/model-questions.ts'
import type { Blocks } from '../../../collector-processor/src/prometheus/series.ts'
import rule, { steps } from '../../../collector-processor/src/rules/token-waste.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'

const subject = { service: 'agent', kind: 'model', name: 'gpt-4.1' } as const
const span: Span = { end: 600, blockSeconds: 50, blocks: 12, windowBlocks: 12 }
const settings = parseSettings({
  windowMs: '600s',
  scrapeIntervalMs: '5s',
  modelPrices: { 'gpt-4.1': { input: 2, cachedInput: 0.5, output: 8 } },
})

/** Calls of each range in 50 conversations a block, and the middle of it. */
const ranges = { 1: [50, 1], 2: [50, 2], 3: [100, 3.5], 5: [200, 6.5], 9: [350, 12.5], 17: [400, 24] } as const

/** Conversations that grow by so many tokens with each call; `late`: what later calls read in each block, as a share of that. */
function given(perCall: number, late: Blocks = steady(1, span)): readonly Answered[] {
  const all = Object.entries(ranges).map(([step, [calls, place]]) => {
    const tokens = calls * (2_000 + perCall * (place - 1))
    return { step, calls, tokens: late.map((share) => (Number(step) >= 9 ? tokens * (share ?? 0) : tokens)) }
  })
  const use = (part: string, blocks: Blocks): Answered => ({ question: modelUse, subject, labels: { part }, blocks })
  const step = (part: string, name: string, blocks: Blocks): Answered => ({
    question: steps,
    subject,
    labels: { part, 'pitwall.model.step': name },
    blocks,
  })
  const input = late.map((_, index) => all.reduce((sum, { tokens }) => sum + (tokens[index] ?? 0), 0))
  return [
    use('calls', steady(1_150, span)),
    use('input', input),
    use('cachedInput', steady(0, span)),
    ...all.flatMap(({ step: name, calls, tokens }) => [step('calls', name, steady(calls, span)), step('tokens', name, tokens)]),
  ]
}
const judge = (answers: readonly Answered[]) => rule.evaluate(evidenceOf(answers, span), settings)[0]

describe('token-waste', () => {
  it('proposes limits for conversations that grow, with a saving below what they cost', () => {
    const answer = judge(given(1_000))
    expect(answer).toMatchObject({ kind: 'finding', title: 'Shorten long conversations with gpt-4.1', saving: { unit: 'usd/h' } })
    const { spent } = rule.cost(evidenceOf(given(1_000), span), subject, settings)
    const perHour = (spent[0] ?? 0) / span.blockSeconds
    const { lower, upper } = answer?.kind === 'finding' ? answer.saving : { lower: 0, upper: Infinity }
    expect(lower).toBeGreaterThan(0.2 * perHour)
    expect(upper).toBeLessThan(perHour)
  })

  it('leaves conversations alone that hardly grow, or do not grow evenly', () => {
    expect(judge(given(50))?.kind).toBe('notAdvised')
    expect(judge(given(1_000, steady(3, span)))).toMatchObject({ kind: 'notAdvised', reason: expect.stringContaining('evenly') })
  })

  it('sees the change when late calls read less, and compares whole conversations', () => {
    const shortened = steady(1, span).map((share, index) => (index < 9 ? share : 0.4))
    const proposal = { subject, createdAt: 400, saving: { unit: 'usd/h', lower: 1, likely: 2, upper: 3 } } as const
    expect(rule.appliedAt(evidenceOf(given(1_000, shortened), span), proposal)).toBe(450)
    expect(rule.appliedAt(evidenceOf(given(1_000), span), proposal)).toBeUndefined()
    expect(rule.cost(evidenceOf(given(1_000), span), subject, settings).requests).toEqual(steady(50, span))
  })
})
