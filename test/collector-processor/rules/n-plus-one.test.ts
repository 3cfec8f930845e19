import { describe, expect, it } from 'vitest'
import rule from '../../../collector-processor/src/rules/n-plus-one.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { type Counted, runEvidence } from './run-evidence.ts'

const settings = parseSettings({})
const judge = (counted: Counted) => rule.evaluate(runEvidence(counted), settings)
const many: Counted = { calls: { all: 2_000, repeated: 2_000, sequential: 2_000 }, groups: { repeated: 100, sequential: 100 } }

describe('n-plus-one', () => {
  it('predicts that all but the longest are saved, less a tenth for the work of each', () => {
    const [answer] = judge({ ...many, saved: { batched: 9.5 } })
    expect(answer).toMatchObject({ kind: 'finding', saving: { likely: 0.9 * 0.095 } })
    expect(answer?.kind === 'finding' ? answer.evidence[0] : '').toContain(
      '20 calls under one parent, each of which lengthens the run by 5 ms',
    )
  })

  it('does not advise where the calls ran at once, so that a run would gain nothing', () => {
    expect(judge({ calls: { all: 2_000, repeated: 2_000 }, groups: { repeated: 100 }, saved: { batched: 0 } })).toMatchObject([
      { kind: 'notAdvised', reason: expect.stringMatching(/shorten runs by only/) },
    ])
  })

  it('does not advise where each call takes long, be they steps of an agent or a loop to be started together', () => {
    expect(judge({ ...many, saved: { batched: 950 } })).toMatchObject([{ kind: 'notAdvised', reason: expect.stringMatching(/take long/) }])
  })

  it('says nothing certain of few runs', () => {
    expect(judge({ ...many, runs: 10, saved: { batched: 9.5 } })).toMatchObject([{ kind: 'notEnoughData' }])
  })
})
