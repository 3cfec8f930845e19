import { describe, expect, it } from 'vitest'
import type { PrometheusClient } from '../../../collector-processor/src/prometheus/client.ts'
import { blockStart, gather, indexAt, type Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import { labelOf } from '../../../collector-processor/src/prometheus/series.ts'

const span: Span = { end: 100, blockSeconds: 10, blocks: 4, windowBlocks: 4 }
const labels = { service_namespace: 'team', service_name: 'agent', pitwall_cache_name: 'policy', pitwall_cache_result: 'hit' }

function client(
  samples: readonly (readonly [number, number])[],
  changes: Record<string, string> = {},
): PrometheusClient & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    query: () => Promise.resolve([]),
    queryRange: (promql, { start, end, step }) => {
      asked.push(`${promql} ${start} ${end} ${step}`)
      return Promise.resolve([{ labels: { ...labels, ...changes }, samples }])
    },
  }
}

const subject = { service: 'team/agent', kind: 'cache', name: 'policy' } as const

describe('evidence', () => {
  it('asks for the end of each block, and each question once', async () => {
    const prometheus = client([])
    await gather(prometheus, [questions.cacheRequests, questions.cacheRequests], span)
    const [recorded, ...asked] = prometheus.asked
    expect(recorded).toContain('pitwall:block:answer')
    expect(asked).toEqual([expect.stringMatching(/^sum .*\[10000ms\].* 70 100 10$/)])
  })

  it('puts each value into its block and leaves gaps where there is none', async () => {
    const evidence = await gather(
      client([
        [70, 1],
        [90.0004, 3],
      ]),
      [questions.cacheRequests],
      span,
    )
    const table = evidence.of(questions.cacheRequests)
    expect(table.subjects()).toEqual([subject])
    expect(table.total(subject)).toEqual([1, undefined, 3, undefined])
    expect(table.rows(subject).map((row) => labelOf(row, 'pitwall.cache.result'))).toEqual(['hit'])
  })

  it('ignores values that are no numbers, and what is counted beyond the bound of names', async () => {
    const nothing = await gather(client([[70, Number.NaN]]), [questions.cacheRequests], span)
    expect(nothing.of(questions.cacheRequests).total(subject)).toEqual([undefined, undefined, undefined, undefined])
    const other = await gather(client([[70, 1]], { pitwall_cache_name: 'other' }), [questions.cacheRequests], span)
    expect(other.of(questions.cacheRequests).subjects()).toEqual([])
  })

  it('takes the answer of an engine that moves ranges to multiples of their step, and none of another time', async () => {
    const samples = [63, 73, 83, 93, 103].map((time): [number, number] => [time, time])
    const evidence = await gather(client(samples), [questions.cacheRequests], span)
    expect(evidence.of(questions.cacheRequests).total(subject)).toEqual([63, 73, 83, 93])
    for (const wrong of [59, 111]) {
      const answer = gather(client([[wrong, 1]]), [questions.cacheRequests], span)
      await expect(answer).rejects.toThrow(/1970-01-01T00:0.*, which it was not asked for/)
    }
  })

  it('does not answer what was not asked', async () => {
    const evidence = await gather(client([]), [questions.cacheRequests], span)
    expect(() => evidence.of(questions.loads)).toThrow(/reads an answer that it does not ask for/)
  })

  it('finds the block of a moment', () => {
    expect([0, 3].map((index) => blockStart(span, index))).toEqual([60, 90])
    expect([0, 60, 69.9, 70, 100, 200].map((time) => indexAt(span, time))).toEqual([0, 0, 0, 1, 3, 3])
  })
})
