import { describe, expect, it } from 'vitest'
import type { Evidence, Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import type { Answer } from '../../../collector-processor/src/rules/rule.ts'
import rule from '../../../collector-processor/src/rules/event-loop-saturation.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'
import { type ProcessEvidence, processAnswers } from '../../support/process-evidence.ts'

const subject = { service: 'agent', kind: 'service', name: 'agent' } as const
const span: Span = { end: 240, blockSeconds: 10, blocks: 24, windowBlocks: 6 }
const settings = parseSettings({ windowMs: '60s', blocks: 6, scrapeIntervalMs: '2s' })

/** A process whose event loop is busy for these shares of the blocks. */
const loop = (name: string, shares: readonly number[]): ProcessEvidence => ({
  name,
  active: shares.map((share) => 10 * share),
  idle: shares.map((share) => 10 * (1 - share)),
})
const always = (name: string, share: number): ProcessEvidence =>
  loop(
    name,
    Array.from({ length: span.blocks }, () => share),
  )
const evidence = (processes: readonly ProcessEvidence[], others: readonly Answered[] = []): Evidence =>
  evidenceOf([...processAnswers(subject, processes), ...others], span)
const judge = (...given: Parameters<typeof evidence>): Answer | undefined => rule.evaluate(evidence(...given), settings)[0]

describe('event-loop-saturation', () => {
  it('predicts the waiting that the queue of each loop loses, and how many processes that takes', () => {
    const answer = judge([always('one', 0.8), always('two', 0.8)])
    expect(answer).toMatchObject({ kind: 'finding', change: { processes: 3 } })
    const saving = answer?.kind === 'finding' ? answer.saving : undefined
    const rho = 1.6 / 3
    expect(saving?.likely).toBeCloseTo((2 * 0.64) / 0.2 - (3 * rho ** 2) / (1 - rho), 9)
    expect(saving?.lower).toBeCloseTo((saving?.likely ?? 0) / 2, 9)
  })

  it('is silent about a peak that is shorter than half of what is known', () => {
    const peak = loop('one', [...Array.from({ length: 16 }, () => 0.3), ...Array.from({ length: 8 }, () => 0.9)])
    expect(judge([peak])).toMatchObject({ kind: 'notAdvised', reason: expect.stringContaining('a peak') })
  })

  it('is silent about a peak that began with a deploy, before which other processes ran', () => {
    const before: ProcessEvidence = { name: 'old', active: Array.from({ length: 16 }, () => 3), idle: Array.from({ length: 16 }, () => 7) }
    const after: ProcessEvidence = {
      name: 'new',
      active: Array.from({ length: 24 }, (_, block) => (block < 16 ? undefined : 9)),
      idle: Array.from({ length: 24 }, (_, block) => (block < 16 ? undefined : 1)),
    }
    expect(judge([before, after])).toMatchObject({ kind: 'notAdvised', reason: expect.stringContaining('a peak') })
  })

  it('does not speak for fifty processes because of one', () => {
    const others = Array.from({ length: 49 }, (_, index) => always(`well-${index}`, 0.4))
    expect(judge([always('bad', 0.95), ...others])).toMatchObject({
      kind: 'notAdvised',
      reason: expect.stringContaining('one of 50 processes'),
    })
  })

  it('names the function that holds the loops', () => {
    const rank = { service: 'agent', kind: 'function', name: 'rank' } as const
    const answer = judge([always('one', 0.8)], [{ question: questions.blockedSeconds, subject: rank, blocks: steady(3, span) }])
    expect(answer?.kind === 'finding' ? answer.advice : '').toContain('take rank off the event loop first')
    expect(answer?.kind === 'finding' ? answer.evidence.join(' ') : '').toContain('without it they would be busy for 50 %')
  })

  it('believes that somebody waits for a loop that never rests only where calls are counted', () => {
    const called = { service: 'agent', kind: 'function', name: 'search' } as const
    expect(judge([always('one', 1)])?.kind).toBe('notEnoughData')
    expect(judge([always('one', 1)], [{ question: questions.functionCalls, subject: called, blocks: steady(50, span) }])?.kind).toBe(
      'finding',
    )
  })

  it('sees the change when there are more processes, not when there is less to do', () => {
    const proposal = { subject, createdAt: 115, saving: { unit: 's/s', lower: 1, likely: 2, upper: 3 } } as const
    const late: ProcessEvidence = { name: 'two', active: [...Array.from({ length: 18 }, () => undefined), 4, 4, 4, 4, 4, 4] }
    expect(rule.appliedAt(evidence([always('one', 0.8), late]), proposal)).toBe(180)
    expect(
      rule.appliedAt(
        evidence([loop('one', [...Array.from({ length: 12 }, () => 0.8), ...Array.from({ length: 12 }, () => 0.3)])]),
        proposal,
      ),
    ).toBeUndefined()
  })
})
