import { heap, leak, system } from '@pitwall/sdk/contract'
import { describe, expect, it } from 'vitest'
import type { Evidence, Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import type { Blocks } from '../../../collector-processor/src/prometheus/series.ts'
import type { Answer } from '../../../collector-processor/src/rules/rule.ts'
import rule, { sites } from '../../../collector-processor/src/rules/heap-leak.ts'
import { type Answered, evidenceOf } from '../../support/evidence.ts'
import { type ProcessEvidence, processAnswers } from '../../support/process-evidence.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'

const subject = { service: 'agent', kind: 'service', name: 'agent' } as const
/** Blocks of ten minutes, windows of an hour. */
const span: Span = { end: 14_400, blockSeconds: 600, blocks: 24, windowBlocks: 6 }
const MIB = 2 ** 20
const rising = (value: (block: number) => number | undefined): Blocks => Array.from({ length: span.blocks }, (_, block) => value(block))

/** A process that has run for ten hours at the end, and grows by so many MiB an hour, in the blocks that `reports` says. */
const process = (name: string, perHour: number, reports: (block: number) => boolean = () => true): ProcessEvidence => ({
  name,
  levels: [
    [system.uptime, rising((block) => 36_000 - (span.blocks - 1 - block) * 600)],
    [heap.afterGc, rising((block) => (500 + (perHour * block) / 6) * MIB)],
    [heap.limit, rising(() => 1_000 * MIB)],
    [leak.growth, rising((block) => (perHour > 0 && reports(block) ? perHour * MIB : undefined))],
  ],
})
const evidence = (processes: readonly ProcessEvidence[], others: readonly Answered[] = []): Evidence =>
  evidenceOf([...processAnswers(subject, processes), ...others], span)
const settings = parseSettings()
const judge = (...given: Parameters<typeof evidence>): Answer | undefined => rule.evaluate(evidence(...given), settings)[0]

describe('heap-leak', () => {
  it('predicts the bytes that the leak holds by its growth and the age of the processes', () => {
    const answer = judge([process('one', 40), process('two', 40)])
    const saving = answer?.kind === 'finding' ? answer.saving : undefined
    expect(saving?.likely).toBeCloseTo(2 * 40 * 10.5 * MIB, -1)
    expect(saving?.lower).toBeCloseTo(0.85 * 2 * 40 * 9.5 * MIB, -1)
  })

  it('never says that a process leaked more than it holds, beside what comes', () => {
    const answer = judge([process('one', 200)])
    expect(answer?.kind === 'finding' ? answer.saving.likely / MIB : Infinity).toBeLessThan(500 + 200 * 4 + 101)
  })

  it('says when the first process reaches its limit, with the earliest and the latest time', () => {
    const text = (answer: Answer | undefined): string => (answer?.kind === 'finding' ? answer.evidence.join(' ') : '')
    // 500 of 1000 MiB with 120 an hour for four hours: 20 + 120/6 are left at the end of the last block.
    expect(text(judge([process('one', 60)]))).toMatch(/reaches the limit of its heap in 4\.[0-9] h/)
    expect(text(judge([process('one', 1)])), 'not for weeks').not.toContain('limit of its heap')
  })

  it('names who allocates what stays, and never what is only the rest', () => {
    const site = (name: string, growth: number): Answered => ({
      question: sites,
      subject,
      labels: { 'code.function.name': name, 'code.file.path': 'src/store.js', 'code.line.number': '12' },
      blocks: rising(() => growth * MIB),
    })
    const answer = judge([process('one', 80)], [site('other', 50), site('remember', 20)])
    expect(answer?.kind === 'finding' ? answer.advice : '').toContain('what remember allocates')
    expect(answer?.kind === 'finding' ? answer.example : '').toContain('remember (src/store.js:12)')
  })

  it('does not speak for fifty processes because of one', () => {
    const others = Array.from({ length: 49 }, (_, index) => process(`well-${index}`, 0))
    expect(judge([process('bad', 100), ...others])).toMatchObject({
      kind: 'notAdvised',
      reason: expect.stringContaining('one of 50 processes'),
    })
  })

  it('has nothing to say of processes without a leak', () => {
    expect(judge([process('one', 0)])).toBeUndefined()
  })

  it('sees the change after a whole window without a leak, not after a restart alone', () => {
    const proposal = { subject, createdAt: 4_000, saving: { unit: 'By', lower: 1, likely: 2, upper: 3 } } as const
    expect(rule.appliedAt(evidence([process('one', 40, (block) => block < 10)]), proposal)).toBe(5_400)
    expect(rule.appliedAt(evidence([process('one', 40, (block) => block < 10 || block > 16)]), proposal), 'it came back').toBeUndefined()
    expect(rule.appliedAt(evidence([process('one', 40, (block) => block < 20)]), proposal), 'too early').toBeUndefined()
  })

  it('costs what stays in a process, however many there are', () => {
    const { spent, requests } = rule.cost(evidence([process('one', 0), process('two', 0)]), subject)
    expect([spent[0], requests[0]]).toEqual([2 * 500 * MIB * 600, 1_200])
  })
})
