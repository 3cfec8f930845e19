import { askedOnce } from './asked.ts'
import { answersTo, type Batch, batchesOf } from './batches.ts'
import type { PrometheusClient, Range, RangeSeries } from './client.ts'
import { PrometheusError, RefusedError } from './error.ts'
import type { Question } from './question.ts'
import { recordedBatches, recordedKeys } from './recorded.ts'
import { type Row, Table } from './series.ts'

/** The time that evidence covers: blocks of equal length up to `end`, of which the last `windowBlocks` are the window. */
export interface Span {
  /** Unix seconds. */
  readonly end: number
  readonly blockSeconds: number
  readonly blocks: number
  readonly windowBlocks: number
}

/** Part of a block by which a sample may be late, because times are rounded to milliseconds on their way. */
const TOLERANCE = 0.01

/** Answers to questions. */
export interface Evidence {
  readonly span: Span
  /** The answer to a question; throws for one that was not asked, which is a rule that does not declare it. */
  of(question: Question): Table
}

/**
 * Asks every question once, several in a query, and waits for all answers; what recording rules have answered is read from
 * there. Rejects with a `PrometheusError` when one of them is missing.
 */
export async function gather(client: PrometheusClient, questions: readonly Question[], span: Span): Promise<Evidence> {
  const asked = askedOnce(questions, span.blockSeconds)
  const recorded = await recordedKeys(client, asked, rangeOf(span))
  const batches = [
    ...recordedBatches(
      asked.filter(({ key }) => recorded.has(key)),
      span.blockSeconds,
    ),
    ...batchesOf(asked.filter(({ key }) => !recorded.has(key))),
  ]
  const tables = new Map((await Promise.all(batches.map((batch) => ask(client, batch, span)))).flat())
  return {
    span,
    of: (question) => {
      const table = tables.get(question.promql(span.blockSeconds))
      if (table === undefined) throw new Error(`A rule reads an answer that it does not ask for: ${question.promql(span.blockSeconds)}`)
      return table
    },
  }
}

/** Unix seconds at which a block begins. */
export function blockStart({ end, blockSeconds, blocks }: Span, index: number): number {
  return end - (blocks - index) * blockSeconds
}

/** Index of the block that holds a moment (Unix seconds), within the blocks that there are. */
export function indexAt(span: Span, time: number): number {
  const index = Math.floor((time - blockStart(span, 0)) / span.blockSeconds)
  return Math.min(Math.max(index, 0), span.blocks - 1)
}

/** Tables by the expression of their question. A batch that is refused is asked again question by question. */
async function ask(client: PrometheusClient, batch: Batch, span: Span): Promise<readonly (readonly [string, Table])[]> {
  try {
    const series = await client.queryRange(batch.promql, rangeOf(span))
    return batch.asked.map((one) => [one.promql, tableOf(one.question, answersTo(batch, one, series), span)] as const)
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error
    const refused = batch.asked.find(({ promql }) => promql === batch.promql)
    if (refused === undefined) {
      const alone = batch.asked.map((one) => ask(client, { promql: one.promql, asked: [one] }, span))
      return (await Promise.all(alone)).flat()
    }
    if (refused.question.onRefused === undefined) throw error
    refused.question.onRefused(error.message)
    return [[refused.promql, new Table([])]]
  }
}

function rangeOf(span: Span): Range {
  return { start: blockStart(span, 1), end: span.end, step: span.blockSeconds }
}

function tableOf(question: Question, series: readonly RangeSeries[], span: Span): Table {
  return new Table(
    series.flatMap(({ labels, samples }): Row[] => {
      const subject = question.subjectOf(labels)
      if (subject === undefined) return []
      const blocks: (number | undefined)[] = Array.from({ length: span.blocks })
      for (const [time, value] of samples) {
        const index = blockOf(span, time)
        if (Number.isFinite(value) && index < span.blocks) blocks[index] = value
      }
      return [{ subject, labels, blocks }]
    }),
  )
}

/**
 * Index of the block that a sample stands for. Engines with a cache (VictoriaMetrics, the query front end of Thanos) move a
 * range back to multiples of its step: each block is then the same part of a step older, and one more may follow at the end.
 */
function blockOf(span: Span, time: number): number {
  const index = Math.ceil((time - blockStart(span, 1)) / span.blockSeconds - TOLERANCE)
  if (index >= 0 && index <= span.blocks) return index
  throw new PrometheusError(
    `Prometheus answered for ${new Date(time * 1_000).toISOString()}, which it was not asked for; look for a cache between it and the optimizer.`,
  )
}
