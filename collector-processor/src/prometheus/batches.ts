import type { RangeSeries } from './client.ts'
import type { Question } from './question.ts'

/** The label that says which question of a batch a series answers; the answer to a batch of one has none. */
const QUESTION_LABEL = 'pitwall_question'

/** Questions in one batch: the engine answers them one after the other, so too many would wait for each other. */
const MAX_QUESTIONS = 8

/** Characters of one expression. VictoriaMetrics takes 16,384 bytes by default, and proxies have limits of their own. */
const MAX_LENGTH = 8_000

/** A question and the expression that asks it. */
export interface Asked {
  readonly promql: string
  readonly question: Question
}

/** Questions that one query answers. */
export interface Batch {
  readonly promql: string
  readonly asked: readonly Asked[]
}

/**
 * Few queries for many questions. Alone stay those whose answer is large, so that no answer grows beyond what one question
 * may take, and those that may be refused, so that each is refused for itself.
 */
export function batchesOf(asked: readonly Asked[]): readonly Batch[] {
  const isAlone = ({ question }: Asked): boolean => question.isLarge === true || question.onRefused !== undefined
  const batches: Asked[][] = [[]]
  for (const one of asked.filter((each) => !isAlone(each))) {
    const last = batches.at(-1) ?? []
    const isFull = last.length === MAX_QUESTIONS || joined([...last, one]).length > MAX_LENGTH
    if (isFull) batches.push([one])
    else last.push(one)
  }
  const together = batches.filter((batch) => batch.length > 0).map((batch) => ({ promql: joined(batch), asked: batch }))
  return [...asked.filter(isAlone).map(batchOfOne), ...together]
}

/** Each question of a batch by itself. */
export function apart({ asked }: Batch): readonly Batch[] {
  return asked.map(batchOfOne)
}

/** The series of a batch's answer that belong to its question at an index, as the question alone would have got them. */
export function answersTo({ asked }: Batch, index: number, series: readonly RangeSeries[]): readonly RangeSeries[] {
  if (asked.length === 1) return series
  return series.flatMap(({ labels, samples }) => {
    const { [QUESTION_LABEL]: answered, ...own } = labels
    return answered === String(index) ? [{ labels: own, samples }] : []
  })
}

function batchOfOne(one: Asked): Batch {
  return { promql: one.promql, asked: [one] }
}

/** The label also keeps apart what two questions answer with the same labels: `or` would drop the second of them. */
function joined(asked: readonly Asked[]): string {
  if (asked.length === 1) return asked[0]?.promql ?? ''
  // The line breaks end a comment in an expression of a user.
  return asked.map(({ promql }, index) => `label_replace(\n${promql}\n, "${QUESTION_LABEL}", "${index}", "", "")`).join('\nor\n')
}
