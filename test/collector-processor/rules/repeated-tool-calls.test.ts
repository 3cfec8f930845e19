import { describe, expect, it } from 'vitest'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import rule from '../../../collector-processor/src/rules/repeated-tool-calls.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import type { Answered } from '../../support/evidence.ts'
import { type Counted, runEvidence, subject } from './run-evidence.ts'

const settings = parseSettings({})
const circle: Counted = { calls: { all: 300, identical: 300 }, groups: { identical: 100 }, saved: { once: 50 } }
const judge = (counted: Counted) => rule.evaluate(runEvidence(counted), settings)

function compared(same: number, different: number): Answered[] {
  const results = { true: same, false: different }
  return Object.entries(results).map(([isSame, count]) => ({
    question: questions.reuseChecks,
    subject,
    labels: { 'pitwall.reuse.same': isSame },
    blocks: Array.from({ length: 6 }, () => count),
  }))
}

describe('repeated-tool-calls', () => {
  it('predicts what replay gave without the calls after the first', () => {
    expect(judge({ ...circle, more: compared(200, 0) })).toMatchObject([{ kind: 'finding', saving: { likely: 0.5 } }])
  })

  it('says when it is not sure that the results are equal', () => {
    const [answer] = judge(circle)
    expect(answer?.kind === 'finding' ? answer.evidence.join(' ') : '').toContain('not sure: no results were compared yet')
  })

  it('does not advise against asking until something has changed', () => {
    expect(judge({ ...circle, more: compared(100, 100) })).toMatchObject([
      { kind: 'notAdvised', reason: expect.stringMatching(/asked for what changes/) },
    ])
  })
})
