import { describe, expect, it } from 'vitest'
import { blockStart, type Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import type { Blocks } from '../../../collector-processor/src/prometheus/series.ts'
import { readRule } from '../../../collector-processor/src/user-rules/read-rule.ts'
import { yamlRule } from '../../../collector-processor/src/user-rules/yaml-rule.ts'
import { documentedRule } from '../../support/documented-rule.ts'
import { evidenceOf } from '../../support/evidence.ts'

const span: Span = { end: 10_000, blockSeconds: 100, blocks: 12, windowBlocks: 12 }
const subject = { service: 'slow', kind: 'function', name: 'completeText' } as const

/** When the change is seen, with so many requests in each block and the rule holding where it is marked. */
function seen(holds: Blocks, requests: Blocks): number | undefined {
  const { rule: document } = readRule(documentedRule(), 'r.yaml')
  if (document === undefined) throw new Error('The documented rule is wrong.')
  const rule = yamlRule(document, () => {})
  const [holding, saving, busy] = rule.questions
  if (holding === undefined || saving === undefined || busy === undefined) throw new Error('The rule asks too little.')
  const evidence = evidenceOf(
    [
      { question: holding, subject, blocks: holds },
      { question: busy, subject, blocks: requests },
    ],
    span,
  )
  const proposal = { subject, createdAt: blockStart(span, 5), saving: { unit: 's/s', lower: 1, likely: 1, upper: 1 } } as const
  return rule.appliedAt(evidence, proposal)
}

const always = Array.from({ length: 12 }, () => 100)
const until = (block: number): Blocks => Array.from({ length: 12 }, (_, index) => (index < block ? 3 : undefined))

describe('the change that a rule in YAML proposed', () => {
  it('is seen where the rule stopped to hold, while there are requests', () => {
    expect(seen(until(8), always)).toBe(blockStart(span, 8))
  })

  it('is not seen after less than three blocks', () => {
    expect(seen(until(10), always)).toBeUndefined()
  })

  it('is not seen where the rule still holds', () => {
    expect(seen(until(12), always)).toBeUndefined()
  })

  it('is not seen where nobody asks any more', () => {
    const quiet = always.map((count, index) => (index < 8 ? count : 10))
    expect(seen(until(8), quiet)).toBeUndefined()
  })
})
