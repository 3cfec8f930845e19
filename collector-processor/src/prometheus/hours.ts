import type { PrometheusClient } from './client.ts'
import { PrometheusError } from './error.ts'
import { type Evidence, gather, type Span } from './evidence.ts'
import type { Question } from './question.ts'
import { Table } from './series.ts'

/** A week: what the time of day does is known after four days, and a change is looked for in the rest. */
const HOURS = 7 * 24

/** Length of a block of a week. */
export const HOUR_SECONDS = 3_600

/** Blocks of a day, where blocks are hours. */
export const HOURS_A_DAY = 24

/** The same question asked of the last week, hour by hour: one query more, whatever else is asked. */
export function inHours(question: Question): Question {
  return { ...question, isOfHours: true }
}

/** The hours that questions of hours are answered for: they end where the evidence ends. */
export function hoursOf({ end }: Span): Span {
  return { end, blockSeconds: HOUR_SECONDS, blocks: HOURS, windowBlocks: HOURS_A_DAY }
}

/**
 * As `gather`, each question over the time that it is about. A week is the dearest thing to ask for: where Prometheus cannot give
 * it, what asks for it has no answer, all else has, and `onMissing` is told why in a sentence.
 */
export async function gatherWithHours(
  client: PrometheusClient,
  questions: readonly Question[],
  span: Span,
  onMissing: (sentence: string) => void,
): Promise<Evidence> {
  const noHours = (error: unknown): Pick<Evidence, 'of'> => {
    if (!(error instanceof PrometheusError)) throw error
    onMissing(`Nothing is said of changes within the last week: ${error.message}`)
    return { of: () => new Table([]) }
  }
  const ofHours = questions.filter(({ isOfHours }) => isOfHours === true)
  if (ofHours.length === 0) return gather(client, questions, span)
  const ofBlocks = questions.filter((question) => !ofHours.includes(question))
  const [recent, hours] = await Promise.all([gather(client, ofBlocks, span), gather(client, ofHours, hoursOf(span)).catch(noHours)])
  return { span, of: (question) => (question.isOfHours === true ? hours : recent).of(question) }
}
