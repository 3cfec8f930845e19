import { describe, expect, it } from 'vitest'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import rule, { durationBuckets } from '../../../collector-processor/src/rules/tail-latency.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import type { Answered } from '../../support/evidence.ts'
import { runEvidence, subject } from './run-evidence.ts'

const settings = parseSettings({})
const same = (count: number) => Array.from({ length: 6 }, () => count)

/** A thousand calls each block, of which 970 take 10 to 25 ms and the rest 1 to 2.5 s, or as in `slow`. */
function judge(again: number, { after = 20, slow = same(30) } = {}) {
  const bucket = (le: string, blocks: readonly number[]): Answered => ({ question: durationBuckets, subject, labels: { le }, blocks })
  const quick = slow.map((count) => 1_000 - count)
  const more = [
    bucket('0.01', same(0)),
    bucket('0.025', quick),
    bucket('1', quick),
    bucket('2.5', same(1_000)),
    bucket('+Inf', same(1_000)),
  ]
  const called: Answered = { question: questions.functionCalls, subject, blocks: same(1_000) }
  return runEvidence({ calls: { after_slow: after, slow_again: again }, more: [...more, called] })
}

describe('tail-latency', () => {
  it('predicts what a second attempt after 25 ms saves, and takes off what is more than chance', () => {
    const [byChance, partly] = [1, 4].map((again) => rule.evaluate(judge(again), settings)[0])
    if (byChance?.kind !== 'finding' || partly?.kind !== 'finding') throw new Error('no finding')
    expect(byChance.change).toEqual({ delaySeconds: 0.025 })
    // Three in a hundred of ten calls a second are 1.7 s shorter, 97 in a hundred times.
    expect(byChance.saving.likely).toBeGreaterThan(0.45)
    expect(byChance.saving.likely).toBeLessThan(0.52)
    expect(partly.saving.likely).toBeCloseTo(byChance.saving.likely * (1 - 0.15 / 0.95), 6)
    expect(partly.saving.lower).toBeLessThan(partly.saving.likely * 0.75)
  })

  it('does not advise it where slow arguments are slow again', () => {
    expect(rule.evaluate(judge(18), settings)).toMatchObject([
      { kind: 'notAdvised', reason: expect.stringContaining('it is the arguments') },
    ])
  })

  it('says nothing certain before slow arguments came back', () => {
    expect(rule.evaluate(judge(0, { after: 1 }), settings)).toMatchObject([{ kind: 'notEnoughData' }])
  })

  it('has nothing to say of calls without a tail', () => {
    expect(rule.evaluate(judge(1, { slow: same(5) }), settings)).toEqual([])
  })

  it('sees the change when there is less than half to gain, for three blocks', () => {
    const proposal = { subject, createdAt: 200, saving: { unit: 's/s', lower: 0.4, likely: 0.5, upper: 0.6 } } as const
    expect(rule.appliedAt(judge(1, { slow: [30, 30, 30, 1, 1, 1] }), proposal)).toBe(300)
    expect(rule.appliedAt(judge(1, { slow: [30, 30, 30, 30, 1, 1] }), proposal)).toBeUndefined()
  })
})
