import { heap, system } from '@pitwall/sdk/contract'
import { describe, expect, it } from 'vitest'
import type { Evidence, Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import type { Blocks } from '../../../collector-processor/src/prometheus/series.ts'
import type { Finding } from '../../../collector-processor/src/rules/rule.ts'
import rule, { samples, sizes } from '../../../collector-processor/src/rules/semi-space.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'
import { type ProcessEvidence, processAnswers } from '../../support/process-evidence.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'

const subject = { service: 'agent', kind: 'service', name: 'agent' } as const
const span: Span = { end: 60, blockSeconds: 10, blocks: 6, windowBlocks: 6 }
const MIB = 2 ** 20

/** A process that is active for 5 of 10 seconds, with so many seconds of scavenges in each block. */
const scavenging = (name: string, seconds: number): ProcessEvidence => ({
  name,
  active: steady(5, span),
  collections: { minor: steady(seconds, span) },
  levels: [
    [heap.semiSpaceLimit, steady(MIB, span)],
    [system.containerMemoryLimit, steady(512 * MIB, span)],
    [system.containerWorkingSet, steady(200 * MIB, span)],
  ],
})

const looked = (freed: number | Blocks, survived: number, promoted: number, atLimit = 'true'): Answered[] => [
  { question: samples, subject, labels: { 'pitwall.heap.at_limit': atLimit }, blocks: steady(10, span) },
  {
    question: sizes,
    subject,
    labels: { 'pitwall.gc.fate': 'freed' },
    blocks: typeof freed === 'number' ? steady(freed * 10 * MIB, span) : freed,
  },
  { question: sizes, subject, labels: { 'pitwall.gc.fate': 'survived' }, blocks: steady(survived * 10 * MIB, span) },
  { question: sizes, subject, labels: { 'pitwall.gc.fate': 'promoted' }, blocks: steady(promoted * 10 * MIB, span) },
]

const evidence = (processes: readonly ProcessEvidence[], scavenges: readonly Answered[] = looked(0.97, 0.03, 0)): Evidence =>
  evidenceOf([...processAnswers(subject, processes), ...scavenges], span)
const settings = parseSettings()
const judge = (...given: Parameters<typeof evidence>) => rule.evaluate(evidence(...given), settings)[0]
const found = (...given: Parameters<typeof evidence>): Partial<Finding> => {
  const answer = judge(...given)
  return answer?.kind === 'finding' ? answer : {}
}

describe('semi-space', () => {
  it('predicts that four times the room saves three quarters of the scavenges of objects that die', () => {
    const { saving, change } = found([scavenging('one', 1)])
    expect(change).toEqual({ semiSpaceMebibytes: 4 })
    expect(saving?.likely).toBeCloseTo(0.1 * 0.75 * 0.8, 9)
    expect(saving?.upper).toBeCloseTo(0.1 * 0.75, 9)
  })

  it('does not count the copying of objects that last', () => {
    const lasting = found([scavenging('one', 1)], looked(0.4, 0.3, 0.3)).saving?.likely ?? 1
    expect(lasting).toBeLessThan(0.5 * 0.1 * 0.75 * 0.8)
  })

  it('writes the limit into NODE_OPTIONS, and never the least size, which Node.js refuses there', () => {
    const growing = found([scavenging('one', 1)], looked(0.88, 0.12, 0))
    expect(growing.example).toMatch(/NODE_OPTIONS="\$NODE_OPTIONS --max-semi-space-size=4"/)
    expect(growing.advice).not.toContain('--min-semi-space-size')
  })

  it.each([
    ['little survives', looked(0.97, 0.03, 0)],
    ['V8 keeps it below the limit', looked(0.88, 0.12, 0, 'false')],
  ])('sets the least size as well where %s, on the command line', (_, scavenges) => {
    const { example } = found([scavenging('one', 1)], scavenges)
    expect(example).toMatch(/^node --max-semi-space-size=4 --min-semi-space-size=4/m)
    expect(example).not.toMatch(/export NODE_OPTIONS/)
  })

  it('does not speak for a service because of one process of four', () => {
    const healthy = ['two', 'three', 'four'].map((name) => scavenging(name, 0.02))
    expect(judge([scavenging('one', 3), ...healthy])).toMatchObject({
      kind: 'notAdvised',
      reason: expect.stringContaining('one of 4 processes'),
    })
  })

  it('does not count processes that are over', () => {
    const over = ['two', 'three', 'four'].map((name) => ({ ...scavenging(name, 0.02), active: [5, 5, undefined, undefined, undefined] }))
    expect(judge([scavenging('one', 1), ...over])?.kind).toBe('finding')
  })

  it('sees the change when the new space is half as large again, not while processes are only restarted', () => {
    const proposal = { subject, createdAt: 20, saving: { unit: 's/s', lower: 0.03, likely: 0.06, upper: 0.08 } } as const
    const freed = (...mebibytes: number[]): Evidence =>
      evidence(
        [scavenging('one', 1)],
        looked(
          mebibytes.map((m) => m * 10 * MIB),
          0,
          0,
        ),
      )
    expect(rule.appliedAt(freed(1, 1, 1, 4, 4, 4), proposal)).toBe(30)
    expect(rule.appliedAt(freed(1, 1, 1, 1.1, 1, 1), proposal)).toBeUndefined()
    expect(rule.appliedAt(freed(1, 1, 1, 1, 4, 4), proposal), 'too early').toBeUndefined()
  })

  it('costs the scavenges of a second of other work', () => {
    expect(rule.cost(evidence([scavenging('one', 1)]), subject)).toMatchObject({ spent: steady(1, span), requests: steady(4, span) })
  })
})
