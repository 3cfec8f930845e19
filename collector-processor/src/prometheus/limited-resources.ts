import { eventLoop, heap, prometheusLabel } from '@pitwall/sdk/contract'
import { aggregate, last, range, select } from './promql.ts'
import type { Question } from './question.ts'
import { serviceOf } from './subject.ts'

/** Label that names the resource of an answer. */
const RESOURCE = 'pitwall_resource'

/** Names of the resources that each process has. */
export const HEAP = 'heap'
export const EVENT_LOOP = 'event loop'

const services = ['service.namespace', 'service.name'] as const

/** Used share of each resource that has a limit, 0 to 1, of the fullest process: one question for all of them. */
export const usage: Question = ofResources((seconds) => ({
  [HEAP]: aggregate('max', services, `${last(select(heap.afterGc), seconds)} / ${last(select(heap.limit), seconds)}`),
  [EVENT_LOOP]: aggregate('max', services, `avg_over_time(${select(eventLoop.utilization)}[${range(seconds)}])`),
}))

/** What there is of each: bytes of the heap's limit, of the smallest process; for the event loop, processes. */
export const capacity: Question = ofResources((seconds) => ({
  [HEAP]: aggregate('min', services, last(select(heap.limit), seconds)),
  [EVENT_LOOP]: `count by (${services.map(prometheusLabel).join(', ')}) (${last(select(eventLoop.utilization), seconds)})`,
}))

/** The answers of several expressions, each with the name of its resource. */
function ofResources(expressions: (seconds: number) => Readonly<Record<string, string>>): Question {
  return {
    promql: (seconds) =>
      Object.entries(expressions(seconds))
        .map(([name, expression]) => `label_replace(${expression}, "${RESOURCE}", "${name}", "", "")`)
        .join(' or '),
    subjectOf: (labels) => {
      const name = labels[RESOURCE] ?? ''
      return name === '' ? undefined : { service: serviceOf(labels), kind: 'pool', name }
    },
  }
}
