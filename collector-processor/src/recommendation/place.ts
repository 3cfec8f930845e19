import type { Evidence } from '../prometheus/evidence.ts'
import { questions } from '../prometheus/questions.ts'
import { labelOf } from '../prometheus/series.ts'
import type { Subject, SubjectKind } from '../prometheus/subject.ts'

const kinds: readonly SubjectKind[] = ['function', 'cache']

/** Where a subject stands in the source, as `file:line`, the newest place first known; empty when unknown. */
export function placeOf(evidence: Evidence, subject: Subject): string {
  const table = evidence.of(questions.places)
  // A function and the cache in front of it share their name, and often only one of them has said where it is.
  const rows = [subject.kind, ...kinds.filter((kind) => kind !== subject.kind)].flatMap((kind) => table.rows({ ...subject, kind }))
  const known = rows.filter((row) => labelOf(row, 'code.file.path') !== '')
  const newest = known.find((row) => row.blocks.at(-1) !== undefined) ?? known[0]
  if (newest === undefined) return ''
  const line = labelOf(newest, 'code.line.number')
  return line === '' ? labelOf(newest, 'code.file.path') : `${labelOf(newest, 'code.file.path')}:${line}`
}
