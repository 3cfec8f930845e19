import type { Evidence } from '../prometheus/evidence.ts'
import { processQuestions } from '../prometheus/process-questions.ts'
import { type Blocks, labelOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { loopTime } from './loop-use.ts'
import { byProcess, sharesOf, together } from './processes.ts'

/** Time that garbage collections of some types took in the processes of a service. */
export interface CollectionTime {
  /** Seconds of them in all processes. */
  readonly seconds: Blocks
  /** Seconds in which the event loops did anything but collect garbage: what collections are paid for. */
  readonly work: Blocks
  /** Share of the time that its event loop was active, for each process that still runs, over the window. */
  readonly shares: ReadonlyMap<string, number>
}

/** What `collectionTime` reads. */
export const collectionQuestions = [processQuestions.gcSeconds, processQuestions.loopSeconds] as const

/** Time of collections of the given types (`minor`, …); undefined where there is none, or the event loop is not measured. */
export function collectionTime(evidence: Evidence, subject: Subject, types: readonly string[]): CollectionTime | undefined {
  const collections = evidence.of(processQuestions.gcSeconds)
  const active = loopTime(evidence, subject, 'active')
  const wanted = byProcess(collections, subject, (row) => types.includes(labelOf(row, 'v8js.gc.type')))
  if (wanted.size === 0 || active.size === 0) return undefined
  const all = together(byProcess(collections, subject))
  const measured = together(wanted)
  const busy = together(active)
  return {
    seconds: busy.map((value, index) => (value === undefined ? undefined : (measured[index] ?? 0))),
    work: busy.map((value, index) => (value === undefined ? undefined : Math.max(0, value - (all[index] ?? 0)))),
    shares: sharesOf(wanted, active, evidence.span),
  }
}

/** What collections cost: their seconds for each second of work, which holds before and after a change and at any load. */
export function collectionCost(
  evidence: Evidence,
  subject: Subject,
  types: readonly string[],
): { readonly spent: Blocks; readonly requests: Blocks; readonly per: string } {
  const { seconds = [], work = [] } = collectionTime(evidence, subject, types) ?? {}
  return { spent: seconds, requests: work, per: 'second of work' }
}
