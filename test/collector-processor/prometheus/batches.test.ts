import { parser } from '@prometheus-io/lezer-promql'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Asked } from '../../../collector-processor/src/prometheus/asked.ts'
import { answersTo, batchesOf } from '../../../collector-processor/src/prometheus/batches.ts'
import type { Question } from '../../../collector-processor/src/prometheus/question.ts'

function asked(promql: string, changes: Partial<Question> = {}): Asked {
  return { promql, key: promql.replace(/\W/g, ''), question: { promql: () => promql, subjectOf: () => undefined, ...changes } }
}

const small = (count: number): readonly Asked[] => Array.from({ length: count }, (_, index) => asked(`sum(metric_${index})`))

/** Names of series in an expression, in their order; throws when Prometheus' grammar does not accept it. */
function metricsOf(promql: string): readonly string[] {
  const names: string[] = []
  parser.parse(promql).iterate({
    enter: ({ name, type, from, to }) => {
      if (type.isError) throw new Error(`${promql.slice(from, from + 20)} is no PromQL`)
      if (name === 'VectorSelector') names.push(promql.slice(from, to))
    },
  })
  return names
}

describe('batches of questions', () => {
  it('ask eight small questions in one query', () => {
    expect(batchesOf(small(17)).map((batch) => metricsOf(batch.promql).length)).toEqual([8, 8, 1])
    expect(batchesOf([])).toEqual([])
  })

  it('leave a single question as it is', () => {
    expect(batchesOf([asked('sum(a)')]).map(({ promql }) => promql)).toEqual(['sum(a)'])
  })

  it('do not join what has a large answer, or may be refused', () => {
    const alone = [asked('sum by (le) (b)', { isLarge: true }), asked('sum(c)', { onRefused: () => {} })]
    expect(batchesOf([...alone, ...small(2)]).map((batch) => batch.asked.length)).toEqual([1, 1, 2])
  })

  it('do not grow longer than an engine takes', () => {
    const long = Array.from({ length: 8 }, (_, index) => asked(`sum(metric_${index}{a="${'x'.repeat(1_500)}"})`))
    const batches = batchesOf(long)
    expect(batches.length).toBeGreaterThan(1)
    for (const batch of batches) expect(batch.promql.length).toBeLessThanOrEqual(8_000)
  })

  it('let a comment at the end of an expression hide nothing', () => {
    expect(metricsOf(batchesOf([asked('sum(a)\n# the first'), asked('sum(b)')])[0]?.promql ?? '')).toEqual(['a', 'b'])
  })

  it('ask each question exactly once, and give each exactly its own series', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ isLarge: fc.boolean(), series: fc.nat(3) }), { maxLength: 40 }), (questions) => {
        const all = questions.map(({ isLarge, series }, index) => ({ ...asked(`sum(metric_${index})`, { isLarge }), series }))
        const batches = batchesOf(all)
        expect(batches.flatMap((batch) => metricsOf(batch.promql)).toSorted()).toEqual(all.map((_, index) => `metric_${index}`).toSorted())
        for (const batch of batches) {
          const answer = batch.asked.flatMap((one) =>
            Array.from({ length: all.find((each) => each.promql === one.promql)?.series ?? 0 }, (_, row) => ({
              labels: { row: String(row), ...(batch.asked.length === 1 ? {} : { pitwall_question: one.key }) },
              samples: [],
            })),
          )
          for (const one of batch.asked) {
            const count = all.find((each) => each.promql === one.promql)?.series ?? 0
            expect(answersTo(batch, one, answer)).toEqual(
              Array.from({ length: count }, (_, row) => ({ labels: { row: String(row) }, samples: [] })),
            )
          }
        }
      }),
      { numRuns: 50 },
    )
  })
})
