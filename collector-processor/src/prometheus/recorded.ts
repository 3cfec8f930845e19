import { type Asked, QUESTION_LABEL } from './asked.ts'
import { type Batch, batchesOf } from './batches.ts'
import type { PrometheusClient, Range } from './client.ts'
import { RefusedError } from './error.ts'
import { last } from './promql.ts'

/** Name of the series in which recording rules keep the answers to questions, block by block. */
export const RECORDED = 'pitwall:block:answer'

/**
 * Keys of the questions whose answer was recorded for every block of a range. Each recording has one series without
 * further labels, so that an answer without subjects can be told from none: a missed evaluation, an expression of
 * another version, or no recording rules at all.
 */
export async function recordedKeys(client: PrometheusClient, asked: readonly Asked[], range: Range): Promise<ReadonlySet<string>> {
  const marks = last(`${RECORDED}{${QUESTION_LABEL}=~"${keysOf(asked)}",service_name=""}`, range.step)
  const blocks = Math.round((range.end - range.start) / range.step) + 1
  const series = await client.queryRange(marks, range).catch((error: unknown) => {
    if (error instanceof RefusedError) return []
    throw error
  })
  const whole = series.filter(({ labels, samples }) => {
    const further = Object.keys(labels).filter((label) => label !== '__name__' && label !== QUESTION_LABEL)
    return further.length === 0 && samples.length >= blocks
  })
  return new Set(whole.map(({ labels }) => labels[QUESTION_LABEL] ?? ''))
}

/** Queries for recorded answers. */
export function recordedBatches(asked: readonly Asked[], blockSeconds: number): readonly Batch[] {
  return batchesOf(asked, (batch) => last(`${RECORDED}{${QUESTION_LABEL}=~"${keysOf(batch)}"}`, blockSeconds))
}

function keysOf(asked: readonly Asked[]): string {
  return asked.map(({ key }) => key).join('|')
}
