import type { Evidence, Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import type { Blocks } from '../../../collector-processor/src/prometheus/series.ts'
import { type Answered, evidenceOf } from '../../support/evidence.ts'

export const subject = { service: 'shop/agent', kind: 'function', name: 'loadUser' } as const
export const span: Span = { end: 600, blockSeconds: 100, blocks: 6, windowBlocks: 6 }

/** What is counted in each block; one number is the same in all of them. */
export interface Counted {
  readonly runs?: Blocks | number
  readonly calls?: Readonly<Record<string, number>>
  readonly groups?: Readonly<Record<string, number>>
  readonly saved?: Readonly<Record<string, Blocks | number>>
  readonly more?: readonly Answered[]
}

/** Evidence of runs of 100 seconds each block. */
export function runEvidence({ runs = 100, calls = {}, groups = {}, saved = {}, more = [] }: Counted): Evidence {
  const blocks = (counted: Blocks | number): Blocks => (typeof counted === 'number' ? Array.from({ length: 6 }, () => counted) : counted)
  const each = (question: Answered['question'], label: 'pitwall.run.pattern' | 'pitwall.run.scenario', counts: Counted['saved'] = {}) =>
    Object.entries(counts).map(([key, counted]): Answered => ({ question, subject, labels: { [label]: key }, blocks: blocks(counted) }))
  return evidenceOf(
    [
      { question: questions.runs, subject: { service: subject.service, kind: 'service', name: 'agent' }, blocks: blocks(runs) },
      ...each(questions.runCalls, 'pitwall.run.pattern', calls),
      ...each(questions.runGroups, 'pitwall.run.pattern', groups),
      ...each(questions.runSavedTime, 'pitwall.run.scenario', saved),
      ...more,
    ],
    span,
  )
}
