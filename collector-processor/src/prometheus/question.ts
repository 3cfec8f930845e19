import { type AttributeKey, type MetricDefinition, prometheusLabel } from '@pitwall/sdk/contract'
import { serviceOf, type Subject, subjectKinds } from './subject.ts'
import { aggregate, average, type IdentityKey, increase, type LabelKey, last, selectAny } from './promql.ts'

/** Name under which an agent counts everything beyond its bound of names: no subject that anyone could change. */
const OTHER = 'other'

/** Where the subject of a series is found: the label with its name, and its kind or the label with that. */
export interface SubjectLabels {
  readonly name: AttributeKey | IdentityKey
  readonly kind: Subject['kind'] | { readonly label: AttributeKey }
}

/**
 * One question to Prometheus, asked once for all subjects of all services. Rules share questions: two with the same
 * PromQL are one, and several share a query.
 */
export interface Question {
  /** The expression whose value at a moment is the answer for the block of so many seconds before it. */
  promql(blockSeconds: number): string
  /** Subject of an answered series; undefined when it names none. */
  subjectOf(labels: Readonly<Record<string, string>>): Subject | undefined
  /** Whether it has many answers for each subject, such as the buckets of a histogram: it then has a query of its own. */
  readonly isLarge?: boolean
  /** Whether it is asked of a week of hours instead of the blocks of the evidence (`hours.ts`). */
  readonly isOfHours?: boolean
  /** Called with the reason when this expression is refused, or its answer too large; it then has no answer. Without it, there is no verdict at all. */
  onRefused?(reason: string): void
}

/** Asks by how much counters grew in each block, summed over processes. `by`: labels that stay apart. */
export function growth(selector: string, subject: SubjectLabels, by: readonly LabelKey[] = []): Question {
  return question('sum', (seconds) => increase(selector, seconds), subject, by)
}

/** Asks for the level of gauges in each block: the smallest, or the largest, of all processes, or that of all together. */
export function level(how: 'sum' | 'min' | 'max', selector: string, subject: SubjectLabels, by: readonly LabelKey[] = []): Question {
  return question(how, (seconds) => last(selector, seconds), subject, by)
}

/**
 * Asks for the level of gauges, of all processes together, times the seconds of the block: of requests that wait, the seconds
 * that they waited together. Between scrapes nothing is seen.
 */
export function area(selector: string, subject: SubjectLabels, by: readonly LabelKey[] = []): Question {
  return question('sum', (seconds) => `${average(selector, seconds)} * ${seconds}`, subject, by)
}

/** The first question's answer, and the second's for subjects (and labels that stay apart) of which the first has none. */
export function either(first: Question, second: Question): Question {
  return { promql: (seconds) => `${first.promql(seconds)} or ${second.promql(seconds)}`, subjectOf: first.subjectOf }
}

/** Several questions about the same subjects as one query; the label `part` of an answered series is the name of its question. */
export function together(parts: Readonly<Record<string, Question>>): Question {
  const named = Object.entries(parts)
  return {
    promql: (seconds) => named.map(([name, part]) => `label_replace(${part.promql(seconds)}, "part", "${name}", "", "")`).join(' or '),
    subjectOf: (labels) => named[0]?.[1].subjectOf(labels),
  }
}

/** Asks for the levels of several gauges of each process in one query; the label `__name__` tells them apart. */
export function levels(metrics: readonly MetricDefinition[], subject: SubjectLabels): Question {
  return question('max', (seconds) => last(selectAny(metrics), seconds), subject, ['__name__', 'service.instance.id'])
}

function question(
  how: 'sum' | 'min' | 'max',
  expression: (seconds: number) => string,
  { name, kind }: SubjectLabels,
  by: readonly LabelKey[],
): Question {
  const kindLabel = typeof kind === 'string' ? undefined : kind.label
  const labels = [...new Set(['service.namespace', 'service.name', name, ...(kindLabel === undefined ? [] : [kindLabel]), ...by] as const)]
  return {
    promql: (seconds) => aggregate(how, labels, expression(seconds)),
    isLarge: by.includes('le'),
    subjectOf: (found) => {
      const subject = found[prometheusLabel(name)] ?? ''
      const kindName = typeof kind === 'string' ? kind : found[prometheusLabel(kind.label)]
      const subjectKind = subjectKinds.find((known) => known === kindName)
      if (subject === '' || subject === OTHER || subjectKind === undefined) return undefined
      return { service: serviceOf(found), kind: subjectKind, name: subject }
    },
  }
}
