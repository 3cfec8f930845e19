import { createHash } from 'node:crypto'
import type { Question } from './question.ts'

/** The label of an answered series that says which question it answers, where a query answers several. */
export const QUESTION_LABEL = 'pitwall_question'

/** A question, and the expression that asks it for blocks of one length. */
export interface Asked {
  readonly promql: string
  readonly question: Question
  /** Tells it from every other expression: ten hexadecimal digits. */
  readonly key: string
}

/** Every question once, for blocks of so many seconds: two with the same expression are one. */
export function askedOnce(questions: readonly Question[], blockSeconds: number): readonly Asked[] {
  const byPromql = new Map(questions.map((question) => [question.promql(blockSeconds), question]))
  return [...byPromql].map(([promql, question]) => ({
    promql,
    question,
    key: createHash('sha256').update(promql).digest('hex').slice(0, 10),
  }))
}
