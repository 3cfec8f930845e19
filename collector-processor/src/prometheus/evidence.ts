import { answersTo, apart, type Batch, batchesOf } from './batches.ts'
import type { PrometheusClient, RangeSeries } from './client.ts'
import { PrometheusError, RefusedError } from './error.ts'
import type { Question } from './question.ts'
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
 * Asks every question once, several in a query, and waits for all answers. Rejects with a `PrometheusError` when one of
 * them is missing.
 */
export async function gather(client: PrometheusClient, questions: readonly Question[], span: Span): Promise<Evidence> {
  const byPromql = new Map(questions.map((question) => [question.promql(span.blockSeconds), question]))
  const batches = batchesOf([...byPromql].map(([promql, question]) => ({ promql, question })))
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
  const range = { start: blockStart(span, 1), end: span.end, step: span.blockSeconds }
  try {
    const series = await client.queryRange(batch.promql, range)
    return batch.asked.map(({ promql, question }, index) => [promql, tableOf(question, answersTo(batch, index, series), span)] as const)
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error
    const [only, second] = batch.asked
    if (second !== undefined) return (await Promise.all(apart(batch).map((one) => ask(client, one, span)))).flat()
    if (only?.question.onRefused === undefined) throw error
    only.question.onRefused(error.message)
    return [[only.promql, new Table([])]]
  }
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
