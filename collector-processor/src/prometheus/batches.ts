import type { RangeSeries } from './client.ts'
import { type Asked, QUESTION_LABEL } from './asked.ts'

/** Questions in one batch: the engine answers them one after the other, so too many would wait for each other. */
const MAX_QUESTIONS = 8

/** Characters of one expression. VictoriaMetrics takes 16,384 bytes by default, and proxies have limits of their own. */
const MAX_LENGTH = 8_000

/** Questions that one query answers. */
export interface Batch {
  readonly promql: string
  readonly asked: readonly Asked[]
}

/**
 * Few queries for many questions. Alone stay those whose answer is large, so that no answer grows beyond what one question
 * may take, and those that may be refused, so that each is refused for itself. `join` makes one expression of several.
 */
export function batchesOf(asked: readonly Asked[], join: (asked: readonly Asked[]) => string = joined): readonly Batch[] {
  const isAlone = ({ question }: Asked): boolean => question.isLarge === true || question.onRefused !== undefined
  const batches: Asked[][] = [[]]
  for (const one of asked.filter((each) => !isAlone(each))) {
    const last = batches.at(-1) ?? []
    const isFull = last.length === MAX_QUESTIONS || join([...last, one]).length > MAX_LENGTH
    if (isFull) batches.push([one])
    else last.push(one)
  }
  const alone = asked.filter(isAlone).map((one) => [one])
  return [...alone, ...batches.filter((batch) => batch.length > 0)].map((batch) => ({ promql: join(batch), asked: batch }))
}

/** The series of an answer to a batch that belong to one of its questions, as the question alone would have got them. */
export function answersTo({ asked }: Batch, { key }: Asked, series: readonly RangeSeries[]): readonly RangeSeries[] {
  return series.flatMap((one) => {
    const { [QUESTION_LABEL]: answered, ...labels } = one.labels
    if (answered === undefined && asked.length === 1) return [one]
    return answered === key ? [{ labels, samples: one.samples }] : []
  })
}

/** The label also keeps apart what two questions answer with the same labels: `or` would drop the second of them. */
function joined(asked: readonly Asked[]): string {
  if (asked.length === 1) return asked[0]?.promql ?? ''
  // The line breaks end a comment in an expression of a user.
  return asked.map(({ promql, key }) => `label_replace(\n${promql}\n, "${QUESTION_LABEL}", "${key}", "", "")`).join('\nor\n')
}
