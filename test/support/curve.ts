import { ageBuckets, entryBuckets } from '../../sdk/src/contract/buckets.ts'
import type { Span } from '../../collector-processor/src/prometheus/evidence.ts'
import type { Question } from '../../collector-processor/src/prometheus/question.ts'
import { questions } from '../../collector-processor/src/prometheus/questions.ts'
import type { Subject } from '../../collector-processor/src/prometheus/subject.ts'
import { type Answered, steady } from './evidence.ts'

/** A miss-ratio curve in steps: so many requests in each block, and the hit ratio from each size (or age) on. */
export function curve(
  question: Question,
  subject: Subject,
  requests: number,
  hits: Readonly<Record<number, number>>,
  span: Span,
): readonly Answered[] {
  const edges = [...(question === questions.reuseDistance ? entryBuckets : ageBuckets), Infinity]
  return edges.map((edge) => {
    const reached = Object.entries(hits)
      .filter(([size]) => Number(size) <= edge)
      .map(([, ratio]) => ratio)
    const ratio = edge === Infinity ? 1 : Math.max(0, ...reached)
    return { question, subject, labels: { le: edge === Infinity ? '+Inf' : String(edge) }, blocks: steady(requests * ratio, span) }
  })
}
