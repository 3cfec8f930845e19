import { describe, expect, it } from 'vitest'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import type { Blocks } from '../../../collector-processor/src/prometheus/series.ts'
import type { Answer } from '../../../collector-processor/src/rules/rule.ts'
import rule from '../../../collector-processor/src/rules/blocked-event-loop.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { evidenceOf } from '../../support/evidence.ts'

const subject = { service: 'agent', kind: 'function', name: 'rank' } as const
const span: Span = { end: 60, blockSeconds: 10, blocks: 6, windowBlocks: 6 }
const settings = parseSettings({ windowMs: '60s', blocks: 6, scrapeIntervalMs: '2s' })

const evidence = (blocked: Blocks, called: Blocks = []): ReturnType<typeof evidenceOf> =>
  evidenceOf(
    [
      { question: questions.blockedSeconds, subject, blocks: blocked },
      { question: questions.functionCalls, subject, blocks: called },
    ],
    span,
  )
const judge = (blocked: Blocks, called?: Blocks): Answer | undefined => rule.evaluate(evidence(blocked, called), settings)[0]

describe('blocked-event-loop', () => {
  it('predicts that all the blocked time is gained, with an interval from how much it varies', () => {
    const answer = judge([2, 1.5, 2.5, 2, 1.8, 2.2], [20, 20, 20, 20, 20, 20])
    expect(answer?.kind === 'finding' ? answer.saving : {}).toMatchObject({ likely: 0.2, unit: 's/s' })
    expect(answer?.kind === 'finding' ? answer.saving.lower : 0).toBeGreaterThan(0.1)
    expect(answer?.kind === 'finding' ? answer.saving.lower : 1).toBeLessThan(0.16)
  })

  it('counts blocks in which the function ran without blocking', () => {
    const answer = judge([undefined, undefined, undefined, 2, 2, 2], [20, 20, 20, 20, 20, 20])
    expect(answer?.kind === 'finding' ? answer.saving.likely : 0).toBeCloseTo(0.1, 9)
  })

  it('says nothing certain after two blocks', () => {
    expect(judge([undefined, undefined, undefined, undefined, 2, 2])?.kind).toBe('notEnoughData')
  })

  it('does not advise against a pause now and then', () => {
    expect(judge([0, 0.06, 0, 0, 0, 0])?.kind).toBe('notAdvised')
  })

  it('sees the change when the function is still called and blocks less than half as much, for three blocks', () => {
    const proposal = { subject, createdAt: 20, saving: { unit: 's/s', lower: 0.1, likely: 0.2, upper: 0.3 } } as const
    const busy = [20, 20, 20, 20, 20, 20]
    expect(rule.appliedAt(evidence([2, 2, 2, 0.5, 0.5, 0.5], busy), proposal)).toBe(30)
    expect(rule.appliedAt(evidence([2, 2, 2, 2, 0.5, 0.5], busy), proposal), 'too early').toBeUndefined()
    expect(rule.appliedAt(evidence([2, 2, 2, 0.5, 2, 0.5], busy), proposal), 'it came back').toBeUndefined()
    expect(rule.appliedAt(evidence([2, 2, 2, 0, 0, 0], [20, 20, 20, 1, 1, 1]), proposal), 'nobody calls it').toBeUndefined()
  })

  it('costs the blocked seconds of a call', () => {
    expect(rule.cost(evidence([2, undefined], [20, 20]), subject)).toEqual({ spent: [2, 0], requests: [20, 20] })
  })
})
