import { heap, leak, system } from '@pitwall/sdk/contract'
import { describe, expect, it } from 'vitest'
import type { Evidence, Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import type { Answer } from '../../../collector-processor/src/rules/rule.ts'
import rule from '../../../collector-processor/src/rules/old-space-pressure.ts'
import { evidenceOf, steady } from '../../support/evidence.ts'
import { type ProcessEvidence, processAnswers } from '../../support/process-evidence.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'

const subject = { service: 'agent', kind: 'service', name: 'agent' } as const
const span: Span = { end: 60, blockSeconds: 10, blocks: 6, windowBlocks: 6 }
const MIB = 2 ** 20

/** A process with a heap of 400 MiB of which 300 stay, in a container of 2 GiB. */
const pressed = (name: string, change: Partial<ProcessEvidence> = {}, limit = steady(400 * MIB, span)): ProcessEvidence => ({
  name,
  active: steady(5, span),
  collections: { major: steady(1, span), minor: steady(0.1, span) },
  levels: [
    [heap.limit, limit],
    [heap.afterGc, steady(300 * MIB, span)],
    [system.containerMemoryLimit, steady(2_048 * MIB, span)],
    [system.containerWorkingSet, steady(500 * MIB, span)],
  ],
  ...change,
})
const evidence = (...processes: readonly ProcessEvidence[]): Evidence => evidenceOf(processAnswers(subject, processes), span)
const settings = parseSettings()
const judge = (...processes: readonly ProcessEvidence[]): Answer | undefined => rule.evaluate(evidence(...processes), settings)[0]

describe('old-space-pressure', () => {
  it('predicts fewer collections by the room beside what stays, and shorter ones as likely', () => {
    const answer = judge(pressed('one'))
    const saving = answer?.kind === 'finding' ? answer.saving : undefined
    const left = 100 / (640 - 300)
    expect(answer).toMatchObject({ kind: 'finding', change: { maxOldSpaceMebibytes: 640 } })
    expect(saving?.lower).toBeCloseTo(0.1 * (1 - left), 9)
    expect(saving?.likely).toBeCloseTo(0.1 * (1 - left ** 2), 9)
  })

  it('is silent about a heap that fills after a start', () => {
    const filling = pressed('one', { collections: { major: [4, 2, 0.01, 0.01, 0.01, 0.01] } })
    expect(judge(filling)).toMatchObject({ kind: 'notAdvised', reason: expect.stringContaining('after a start') })
  })

  it('never proposes more than the container has', () => {
    const levels = pressed('one').levels?.map(([metric, blocks]) =>
      metric === system.containerMemoryLimit ? ([metric, steady(800 * MIB, span)] as const) : ([metric, blocks] as const),
    )
    expect(judge(pressed('one', { levels: levels ?? [] }))).toMatchObject({ change: { maxOldSpaceMebibytes: 576 } })
  })

  it('does not give a leak more room', () => {
    const levels = [...(pressed('one').levels ?? []), [leak.growth, steady(50 * MIB, span)] as const]
    expect(judge(pressed('one', { levels }))).toMatchObject({ kind: 'notAdvised', reason: expect.stringContaining('leaks') })
  })

  it('does not speak for a service because of one process of three', () => {
    const well = { collections: { major: steady(0.01, span) } }
    expect(judge(pressed('one'), pressed('two', well), pressed('three', well))).toMatchObject({
      kind: 'notAdvised',
      reason: expect.stringContaining('one of 3 processes'),
    })
  })

  it('sees the change when every process has the larger limit', () => {
    const proposal = { subject, createdAt: 15, saving: { unit: 's/s', lower: 0.03, likely: 0.06, upper: 0.08 } } as const
    const raised = [400, 400, 400, 600, 600, 600].map((limit) => limit * MIB)
    expect(rule.appliedAt(evidence(pressed('one', {}, raised)), proposal)).toBe(30)
    expect(rule.appliedAt(evidence(pressed('one', {}, raised), pressed('two')), proposal), 'one has the old one').toBeUndefined()
  })
})
