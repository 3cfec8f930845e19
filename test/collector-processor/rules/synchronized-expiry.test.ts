import { describe, expect, it } from 'vitest'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import type { Blocks } from '../../../collector-processor/src/prometheus/series.ts'
import rule, { burstLoads, burstSeconds, jitter } from '../../../collector-processor/src/rules/synchronized-expiry.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'

const subject = { service: 'agent', kind: 'cache', name: 'rates' } as const
const span: Span = { end: 1_200, blockSeconds: 100, blocks: 12, windowBlocks: 12 }
const settings = parseSettings({ windowMs: '1200s', scrapeIntervalMs: '5s' })

/** Two loads a second, half of them in bursts at first, where they take half a second; the others take 0.1 s. */
function given(bursts: Blocks = steady(100, span), set: Blocks = steady(0, span)): readonly Answered[] {
  return [
    { question: burstLoads, subject, blocks: bursts },
    { question: burstSeconds, subject, blocks: bursts.map((count) => (count ?? 0) * 0.5) },
    { question: questions.loads, subject, blocks: steady(200, span) },
    { question: questions.loadSeconds, subject, blocks: bursts.map((count) => (count ?? 0) * 0.5 + (200 - (count ?? 0)) * 0.1) },
    { question: jitter, subject, blocks: set },
  ]
}
describe('synchronized-expiry', () => {
  it('predicts what loads in bursts take longer, less the loads that jitter adds', () => {
    const [answer] = rule.evaluate(evidenceOf(given(), span), settings)
    // One load a second in bursts: half a second, less a tenth of one and a ninth of that, of which a tenth may not come.
    expect(answer?.kind === 'finding' ? answer.saving.likely : 0).toBeCloseTo(0.95 * (0.5 - 0.1 / 0.9), 6)
  })

  it('is silent where nothing comes in bursts', () => {
    expect(rule.evaluate(evidenceOf(given(steady(0, span)), span), settings)).toEqual([])
  })

  it('sees the change when jitter is set, and not while it stays as it was', () => {
    const proposal = { subject, createdAt: 350, saving: { unit: 's/s', lower: 0.1, likely: 0.4, upper: 0.5 } } as const
    const set = steady(0, span).map((level, index) => (index < 8 ? level : 0.2))
    const seen = (blocks: Blocks) => rule.appliedAt(evidenceOf(given(undefined, blocks), span), proposal)
    expect(seen(set)).toBe(800)
    expect(seen(steady(0, span))).toBeUndefined()
  })
})
