import type { Evidence } from '../prometheus/evidence.ts'
import { questions } from '../prometheus/questions.ts'
import { labelOf, sumOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import type { Checks } from './safety.ts'

/** Outcome of comparing results over all of the evidence, not only the window: what a function is does not change with the hour. */
export function comparedResults(evidence: Evidence, subject: Subject): Checks {
  const table = evidence.of(questions.reuseChecks)
  const counted = (same: string): number => sumOf(table.total(subject, (row) => labelOf(row, 'pitwall.reuse.same') === same))
  return { same: counted('true'), different: counted('false') }
}
