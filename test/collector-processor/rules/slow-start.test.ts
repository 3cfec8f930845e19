import { system } from '@pitwall/sdk/contract'
import { describe, expect, it } from 'vitest'
import type { Evidence, Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import type { Answer } from '../../../collector-processor/src/rules/rule.ts'
import rule from '../../../collector-processor/src/rules/slow-start.ts'
import { evidenceOf } from '../../support/evidence.ts'
import { type ProcessEvidence, processAnswers } from '../../support/process-evidence.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'

const subject = { service: 'agent', kind: 'service', name: 'agent' } as const
const span: Span = { end: 3_600, blockSeconds: 300, blocks: 12, windowBlocks: 12 }

/** A process that starts in a block and runs for so many. */
const process = (name: string, seconds: number, block: number, blocks = 2): ProcessEvidence => {
  const at = <T>(value: (age: number) => T): (T | undefined)[] =>
    Array.from({ length: span.blocks }, (_, index) =>
      index >= block && index < block + blocks ? value(100 + (index - block) * 300) : undefined,
    )
  return {
    name,
    levels: [
      [system.startDuration, at(() => seconds)],
      [system.uptime, at((age) => age)],
    ],
  }
}
/** So many starts in each block. */
const starting = (count: number, seconds: (block: number) => number): ProcessEvidence[] =>
  Array.from({ length: span.blocks }, (_, block) =>
    Array.from({ length: count }, (_unused, index) => process(`process-${block}-${index}`, seconds(block), block)),
  ).flat()
const evidence = (processes: readonly ProcessEvidence[]): Evidence => evidenceOf(processAnswers(subject, processes), span)
const settings = parseSettings()
const judge = (processes: readonly ProcessEvidence[]): Answer | undefined => rule.evaluate(evidence(processes), settings)[0]

describe('slow-start', () => {
  it('predicts a quarter of the time to start, less what Node.js needs, for each start once', () => {
    const answer = judge(starting(30, () => 3.05))
    const saving = answer?.kind === 'finding' ? answer.saving : undefined
    expect(saving?.likely).toBeCloseTo((30 * 3 * 0.25) / 300, 9)
    expect(saving?.lower).toBeCloseTo((30 * 3 * 0.12) / 300, 9)
    expect(answer?.kind === 'finding' ? answer.example : '').toContain('NODE_COMPILE_CACHE=/var/cache/agent')
  })

  it('is silent about a deploy, however many processes it starts', () => {
    const deploy = Array.from({ length: 250 }, (_, index) => process(`process-${index}`, 10, 6 + (index % 2), 6))
    expect(judge(deploy)).toMatchObject({ kind: 'notAdvised', reason: expect.stringContaining('as for a deploy') })
  })

  it('does not count processes that did their work while they were loaded', () => {
    expect(judge(starting(30, () => 95))).toMatchObject({
      kind: 'notAdvised',
      reason: expect.stringContaining('none of its processes started'),
    })
  })

  it('does not count the same start in two blocks, nor call an old process new', () => {
    expect(judge([process('old', 3, 0, 12)])).toMatchObject({ kind: 'notAdvised', reason: expect.stringContaining('1 times') })
  })

  it('sees the change when starts are shorter for three blocks', () => {
    const proposal = { subject, createdAt: 1_400, saving: { unit: 's/s', lower: 0.03, likely: 0.06, upper: 0.3 } } as const
    expect(rule.appliedAt(evidence(starting(5, (block) => (block < 6 ? 3 : 2))), proposal)).toBe(1_800)
    expect(rule.appliedAt(evidence(starting(5, (block) => (block < 10 ? 3 : 2))), proposal), 'too early').toBeUndefined()
    expect(rule.appliedAt(evidence(starting(5, (block) => (block < 6 ? 3 : 2.9))), proposal), 'the same').toBeUndefined()
  })
})
