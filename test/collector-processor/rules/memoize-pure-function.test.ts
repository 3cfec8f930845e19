import { describe, expect, it } from 'vitest'
import { functionCpuSeconds } from '../../../collector-processor/src/prediction/pure-function.ts'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import type { Answer } from '../../../collector-processor/src/rules/rule.ts'
import rule from '../../../collector-processor/src/rules/memoize-pure-function.ts'
import uncachedRepetition from '../../../collector-processor/src/rules/uncached-repetition.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { type Answered, evidenceOf, steady } from '../../support/evidence.ts'
import { curve } from '../../support/curve.ts'

const subject = { service: 'agent', kind: 'function', name: 'tokenize' } as const
const span: Span = { end: 600, blockSeconds: 50, blocks: 12, windowBlocks: 12 }
const settings = parseSettings({ windowMs: '600s', scrapeIntervalMs: '5s' })

/** 20 calls a second of 50 ms, of which `cpu` is computed; 90 % of them within 40 entries. */
function given({ cpu = 0.98, different = 0, name = 'tokenize' } = {}): readonly Answered[] {
  const of = { ...subject, name }
  const checks = (same: string, count: number): Answered => ({
    question: questions.reuseChecks,
    subject: of,
    labels: { 'pitwall.reuse.same': same },
    blocks: steady(count, span),
  })
  return [
    { question: questions.functionCalls, subject: of, blocks: steady(1_000, span) },
    { question: questions.functionSeconds, subject: of, blocks: steady(50, span) },
    { question: functionCpuSeconds, subject: of, blocks: steady(50 * cpu, span) },
    checks('true', 500),
    checks('false', different),
    ...curve(questions.reuseDistance, of, 1_000, { 40: 0.9 }, span),
    ...curve(questions.reuseAge, of, 1_000, { 30: 0.9 }, span),
  ]
}
const judge = (answers: readonly Answered[]): readonly Answer[] => rule.evaluate(evidenceOf(answers, span), settings)
const other = (answers: readonly Answered[]): readonly Answer[] => uncachedRepetition.evaluate(evidenceOf(answers, span), settings)

describe('memoize-pure-function', () => {
  it('predicts the seconds of computing that the hits save, not those of waiting', () => {
    const [answer] = judge(given({ cpu: 0.9 }))
    expect(answer).toMatchObject({ kind: 'finding', title: 'Memoize tokenize', change: { maxEntries: 50 } })
    // 20 calls a second × 90 % hits × 45 ms.
    expect(answer?.kind === 'finding' ? answer.saving.likely : 0).toBeCloseTo(0.81, 3)
  })

  it('shares its subjects with uncached-repetition: each has one of the two', () => {
    for (const answers of [given(), given({ cpu: 0.5 }), given({ different: 1 }), given({ name: 'createToken' })]) {
      expect([...judge(answers), ...other(answers)]).toHaveLength(1)
    }
    expect(other(given())).toEqual([])
    expect(judge(given({ cpu: 0.5 }))).toEqual([])
  })

  it('does not take a function for pure that returned something else once', () => {
    expect(judge(given({ different: 1 }))).toEqual([])
  })

  it('proposes no time to live, because the results are right for ever', () => {
    const [answer] = judge(given())
    expect(answer?.kind === 'finding' ? Object.keys(answer.change) : []).toEqual(['maxEntries'])
  })

  it('measures the computing before the change, and the loads after it', () => {
    const cached = { ...subject, kind: 'cache' } as const
    const evidence = evidenceOf(
      [
        ...given(),
        { question: questions.cacheRequests, subject: cached, blocks: [...steady(0, span).slice(0, 6), ...steady(1_000, span).slice(6)] },
        { question: questions.loadSeconds, subject: cached, blocks: steady(5, span) },
      ],
      span,
    )
    const cost = rule.cost(evidence, subject)
    expect(cost.spent[0]).toBe(49)
    expect(cost.spent[11]).toBeCloseTo(5.002, 6)
    expect(rule.appliedAt(evidence, { subject, createdAt: 10 })).toBe(300)
  })
})
