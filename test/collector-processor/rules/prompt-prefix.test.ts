import { describe, expect, it } from 'vitest'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { modelUse } from '../../../collector-processor/src/prometheus/model-questions.ts'
import type { Blocks } from '../../../collector-processor/src/prometheus/series.ts'
import rule, { promptSize } from '../../../collector-processor/src/rules/prompt-prefix.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'

const subject = { service: 'agent', kind: 'model', name: 'gpt-4.1' } as const
const span: Span = { end: 600, blockSeconds: 50, blocks: 12, windowBlocks: 12 }
const prices = (price: { readonly input: number; readonly output: number; readonly cachedInput?: number }) =>
  parseSettings({ windowMs: '600s', scrapeIntervalMs: '5s', modelPrices: { 'gpt-4.1': price } })

/** 100 calls a block of 4,000 tokens each. */
function given(cached: Blocks, prefix: number, repeated: number): readonly Answered[] {
  const part = (name: string, blocks: Blocks): Answered => ({ question: modelUse, subject, labels: { part: name }, blocks })
  const size = (name: string, share: number): Answered => ({
    question: promptSize,
    subject,
    labels: { 'pitwall.prompt.part': name },
    blocks: steady(1_600_000 * share, span),
  })
  return [
    part('calls', steady(100, span)),
    part('input', steady(400_000, span)),
    part('cachedInput', cached),
    size('prefix', prefix),
    size('repeated', repeated),
    size('new', 1 - prefix - repeated),
  ]
}
const priced = prices({ input: 2, cachedInput: 0.5, output: 8 })
const judge = (answers: readonly Answered[], settings = priced) => rule.evaluate(evidenceOf(answers, span), settings)[0]

describe('prompt-prefix', () => {
  it('tells a beginning that is not kept from text that stands behind something new', () => {
    expect(judge(given(steady(0, span), 0.8, 0))).toMatchObject({ kind: 'finding', effort: 'minutes', change: { layout: 'as-is' } })
    expect(judge(given(steady(0, span), 0, 0.8))).toMatchObject({ kind: 'finding', effort: 'hours', change: { layout: 'stable-first' } })
  })

  it('claims nine tenths of what could be cached less what is, at the difference of the prices', () => {
    const answer = judge(given(steady(40_000, span), 0.8, 0))
    // 8,000 tokens a second, of which 0.9 × 0.8 − 0.1 come from the cache then.
    const perHour = ((8_000 * (0.72 - 0.1) * 1.5) / 1e6) * 3_600
    expect(answer?.kind === 'finding' ? answer.saving : {}).toMatchObject({ unit: 'usd/h' })
    expect(answer?.kind === 'finding' ? answer.saving.likely : 0).toBeCloseTo(perHour, 6)
    expect(answer?.kind === 'finding' ? answer.saving.lower : 0).toBeLessThan(0.86 * perHour)
  })

  it('claims no dollars without a price of cached input, but says what could be cached', () => {
    const answer = judge(given(steady(0, span), 0.8, 0), prices({ input: 2, output: 8 }))
    expect(answer).toMatchObject({ kind: 'notEnoughData', needs: expect.stringContaining('80 % could be') })
  })

  it('concludes nothing from a low cached share alone', () => {
    expect(judge(given(steady(0, span), 0.8, 0).slice(0, 3))?.kind).toBe('notEnoughData')
    const untold = given(steady(0, span), 0.8, 0).filter(({ labels }) => labels?.part !== 'cachedInput')
    expect(judge(untold)).toMatchObject({ kind: 'notEnoughData', needs: expect.stringContaining('cache_read') })
    expect(judge(given(steady(0, span), 0.1, 0.05))?.kind).toBe('notAdvised')
  })

  it('sees the change when the cached share has risen for three blocks', () => {
    const rising = steady(0, span).map((_, index) => (index < 9 ? 0 : 300_000))
    const proposal = { subject, createdAt: 400, saving: { unit: 'usd/h', lower: 1, likely: 2, upper: 3 } } as const
    expect(rule.appliedAt(evidenceOf(given(rising, 0.8, 0), span), proposal)).toBe(450)
    expect(rule.appliedAt(evidenceOf(given(steady(0, span), 0.8, 0), span), proposal)).toBeUndefined()
  })
})
