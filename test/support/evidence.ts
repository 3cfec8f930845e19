import { prometheusLabel } from '@pitwall/sdk/contract'
import type { Evidence, Span } from '../../collector-processor/src/prometheus/evidence.ts'
import type { LabelKey } from '../../collector-processor/src/prometheus/promql.ts'
import type { Question } from '../../collector-processor/src/prometheus/question.ts'
import { type Blocks, type Row, Table } from '../../collector-processor/src/prometheus/series.ts'
import type { Subject } from '../../collector-processor/src/prometheus/subject.ts'

/** One answered series, written down. */
export interface Answered {
  readonly question: Question
  readonly subject: Subject
  readonly labels?: { readonly [K in LabelKey]?: string }
  readonly blocks: Blocks
}

/** Evidence without a Prometheus, for tests of what rules conclude from it. Questions that are not given have no answer. */
export function evidenceOf(answers: readonly Answered[], span: Span): Evidence {
  return {
    span,
    of: (question) =>
      new Table(
        answers
          .filter((answer) => answer.question === question)
          .map(({ subject, labels = {}, blocks }): Row => ({
            subject,
            blocks,
            labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [prometheusLabel(key), value])),
          })),
      ),
  }
}

/** The same value in every block. */
export function steady(value: number, span: Span): Blocks {
  return Array.from({ length: span.blocks }, () => value)
}
