import { describe, expect, it } from 'vitest'
import rule from '../../../collector-processor/src/rules/sequential-awaits.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { type Counted, runEvidence, subject } from './run-evidence.ts'

const settings = parseSettings({})
const judge = (counted: Counted) => rule.evaluate(runEvidence(counted), settings)
const loop: Counted = { calls: { all: 400, sequential: 400 }, groups: { sequential: 100 } }

describe('sequential-awaits', () => {
  it('predicts what replay gave, of which the lower bound keeps three quarters', () => {
    const [answer] = judge({ ...loop, saved: { concurrent: 90 } })
    expect(answer).toMatchObject({ kind: 'finding', subject, saving: { unit: 's/s', likely: 0.9 } })
    expect(answer?.kind === 'finding' ? answer.saving.lower : 0).toBeCloseTo(0.75 * 0.98 * 0.9, 9)
  })

  it('says that nobody can see whether the calls need each other', () => {
    const [answer] = judge({ ...loop, saved: { concurrent: 90 } })
    expect(answer?.kind === 'finding' ? `${answer.advice} ${answer.evidence.join(' ')}` : '').toContain(
      'needs the result of another cannot be seen',
    )
  })

  it('leaves many short calls to the rule that asks for all at once', () => {
    const many: Counted = { calls: { all: 2_000, sequential: 2_000, repeated: 2_000 }, groups: { sequential: 100, repeated: 100 } }
    expect(judge({ ...many, saved: { concurrent: 7.5, batched: 9.5 } })).toMatchObject([
      { kind: 'notAdvised', reason: expect.stringMatching(/n-plus-one/) },
    ])
    expect(judge({ ...many, saved: { concurrent: 750, batched: 950 } })).toMatchObject([{ kind: 'finding' }])
  })

  it('does not count runs of which it was not seen as unknown', () => {
    expect(judge({ ...loop, saved: { concurrent: [undefined, undefined, undefined, 90, 90, 90] } })).toMatchObject([
      { saving: { likely: 0.45 } },
    ])
  })

  it('sees the change when runs go on and would gain less than half, and not when nobody runs', () => {
    const proposal = { subject, createdAt: 200, saving: { unit: 's/s', lower: 0.6, likely: 0.9, upper: 0.9 } } as const
    const saved = { concurrent: [90, 90, 90, 10, 10, 10] }
    expect(rule.appliedAt(runEvidence({ ...loop, saved }), proposal)).toBe(300)
    expect(rule.appliedAt(runEvidence({ ...loop, saved, runs: [100, 100, 100, 1, 1, 1] }), proposal)).toBeUndefined()
  })

  it('costs the time by which the calls lengthen the runs', () => {
    const evidence = runEvidence({ ...loop, saved: { hits_100: [120, 120, 120, 40, 40, 40] } })
    expect(rule.cost(evidence, subject)).toEqual({ spent: [120, 120, 120, 40, 40, 40], requests: [100, 100, 100, 100, 100, 100] })
  })
})
