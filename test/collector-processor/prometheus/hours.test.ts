import { describe, expect, it } from 'vitest'
import { runtime } from '@pitwall/sdk/contract'
import type { PrometheusClient, Range } from '../../../collector-processor/src/prometheus/client.ts'
import { PrometheusError } from '../../../collector-processor/src/prometheus/error.ts'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { gatherWithHours, inHours } from '../../../collector-processor/src/prometheus/hours.ts'
import { select } from '../../../collector-processor/src/prometheus/promql.ts'
import { growth } from '../../../collector-processor/src/prometheus/question.ts'
import { aFunction } from '../../../collector-processor/src/prometheus/questions.ts'

const span: Span = { end: 1_000_000, blockSeconds: 300, blocks: 60, windowBlocks: 12 }
const question = growth(select(runtime.blockedTime), aFunction)
const ofHours = inHours(question)

/** Answers everything with one series that is 1 at the end of the range, and remembers the ranges. */
function client(ranges: Range[], refuse: (range: Range) => boolean = () => false): PrometheusClient {
  return {
    query: async () => [],
    queryRange: async (_promql, range) => {
      ranges.push(range)
      if (refuse(range)) throw new PrometheusError('It takes too long.')
      return [{ labels: { service_name: 'agent', code_function_name: 'search' }, samples: [[range.end, 1]] }]
    },
  }
}

const fail = (sentence: string): never => {
  throw new Error(sentence)
}

describe('questions of hours', () => {
  it('are asked of a week, the others of the blocks of the evidence', async () => {
    const ranges: Range[] = []
    const evidence = await gatherWithHours(client(ranges), [question, ofHours], span, fail)
    expect(ranges).toContainEqual({ start: span.end - 59 * 300, end: span.end, step: 300 })
    expect(ranges).toContainEqual({ start: span.end - 167 * 3_600, end: span.end, step: 3_600 })
    const [subject] = evidence.of(ofHours).subjects()
    if (subject === undefined) throw new Error('no subject')
    expect(evidence.of(ofHours).total(subject)).toHaveLength(168)
    expect(evidence.of(question).total(subject)).toHaveLength(60)
  })

  it('are not asked when there are none', async () => {
    const ranges: Range[] = []
    await gatherWithHours(client(ranges), [question], span, fail)
    expect(ranges.every(({ step }) => step === 300)).toBe(true)
  })

  it('have no answer when Prometheus cannot give a week; everything else has', async () => {
    const sentences: string[] = []
    const evidence = await gatherWithHours(
      client([], ({ step }) => step === 3_600),
      [question, ofHours],
      span,
      (sentence) => sentences.push(sentence),
    )
    expect(sentences).toEqual(['Nothing is said of changes within the last week: It takes too long.'])
    expect(evidence.of(ofHours).subjects()).toEqual([])
    expect(evidence.of(question).subjects()).toHaveLength(1)
  })

  it('do not hide that there is no answer to anything', async () => {
    await expect(
      gatherWithHours(
        client([], () => true),
        [question, ofHours],
        span,
        () => {},
      ),
    ).rejects.toThrow('too long')
  })
})
