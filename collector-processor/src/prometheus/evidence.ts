import type { PrometheusClient } from './client.ts'
import { RefusedError } from './error.ts'
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

/** Answers to questions. */
export interface Evidence {
  readonly span: Span
  /** The answer to a question; throws for one that was not asked, which is a rule that does not declare it. */
  of(question: Question): Table
}

/** Asks every question once and waits for all answers. Rejects with a `PrometheusError` when one of them is missing. */
export async function gather(client: PrometheusClient, questions: readonly Question[], span: Span): Promise<Evidence> {
  const asked = new Map(questions.map((question) => [question.promql(span.blockSeconds), question]))
  const tables = new Map<string, Table>()
  await Promise.all([...asked].map(async ([promql, question]) => void tables.set(promql, await ask(client, promql, question, span))))
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

async function ask(client: PrometheusClient, promql: string, question: Question, span: Span): Promise<Table> {
  const start = blockStart(span, 1)
  const series = await client.queryRange(promql, { start, end: span.end, step: span.blockSeconds }).catch((error: unknown) => {
    if (!(error instanceof RefusedError) || question.onRefused === undefined) throw error
    question.onRefused(error.message)
    return []
  })
  return new Table(
    series.flatMap(({ labels, samples }): Row[] => {
      const subject = question.subjectOf(labels)
      if (subject === undefined) return []
      const blocks: (number | undefined)[] = Array.from({ length: span.blocks })
      for (const [time, value] of samples) {
        if (Number.isFinite(value)) blocks[Math.round((time - start) / span.blockSeconds)] = value
      }
      return [{ subject, labels, blocks }]
    }),
  )
}
