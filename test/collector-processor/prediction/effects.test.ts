import { describe, expect, it } from 'vitest'
import { effectsSeen, withEffects, writingName } from '../../../collector-processor/src/prediction/effects.ts'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import { callPairs } from '../../../collector-processor/src/recommendation/call-graph.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { evidenceOf, steady } from '../../support/evidence.ts'

const span: Span = { end: 0, blockSeconds: 60, blocks: 3, windowBlocks: 3 }
const subject = { service: 'agent', kind: 'function', name: 'search' } as const
const settings = parseSettings()
const wrote = (kind: string, calls: number) => ({
  question: questions.functionWrites,
  subject,
  labels: { 'pitwall.write': kind },
  blocks: steady(calls, span),
})

describe('what is known of the effects of a function', () => {
  it('makes what equal results call safe a thing to look at, with the reason', () => {
    const seen = effectsSeen(evidenceOf([wrote('http', 4), wrote('database', 1)], span), subject, settings)
    expect(withEffects({ kind: 'safe', evidence: '500 of 500 compared results were the same' }, seen)).toEqual({
      kind: 'investigate',
      reason:
        '500 of 500 compared results were the same, but spans show calls of it that may change something elsewhere: 12 with an HTTP request that is no GET, 3 with a statement that writes to a database',
    })
  })

  it('leaves a verdict alone where spans have shown nothing, or that was not safe anyway', () => {
    const safe = { kind: 'safe', evidence: 'x' } as const
    expect(withEffects(safe, effectsSeen(evidenceOf([], span), subject, settings))).toBe(safe)
    expect(withEffects(safe, effectsSeen(evidenceOf([wrote('http', 0)], span), subject, settings))).toBe(safe)
    const unsafe = { kind: 'unsafe', reason: 'x' } as const
    expect(withEffects(unsafe, 'spans show it')).toBe(unsafe)
  })

  it('takes words and exceptions from the settings', () => {
    const own = parseSettings({ writingWords: 'settle, issue', readOnlyFunctions: 'bookSearch,search' })
    expect(writingName('settleInvoice', settings)).toBeUndefined()
    expect(writingName('settleInvoice', own)).toBe('settle')
    expect(writingName('bookSearch', settings)).toBe('book')
    expect(writingName('bookSearch', own)).toBeUndefined()
    expect(effectsSeen(evidenceOf([wrote('http', 4)], span), subject, own)).toBeUndefined()
    expect(() => parseSettings({ writingWords: 'Settle Invoice' })).toThrow('writingWords must be words in lower case.')
  })

  it('includes who calls whom', () => {
    const called = { question: questions.callers, subject, labels: { 'pitwall.function.caller': 'plan' } }
    const evidence = evidenceOf([{ ...called, blocks: steady(2, span) }], span)
    expect(callPairs(evidence)).toEqual([{ service: 'agent', caller: 'plan', callee: 'search' }])
    expect(callPairs(evidenceOf([{ ...called, blocks: steady(0, span) }], span))).toEqual([])
  })
})
