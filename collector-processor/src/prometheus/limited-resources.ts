import { eventLoop, heap, pools, prometheusLabel } from '@pitwall/sdk/contract'
import { aggregate, average, last, select } from './promql.ts'
import type { Question } from './question.ts'
import { serviceOf } from './subject.ts'

/** Label that names the resource of an answer. */
const RESOURCE = 'pitwall_resource'

/** Names of the resources that each process has; any other is that of a pool of connections. */
export const HEAP = 'heap'
export const EVENT_LOOP = 'event loop'

const ofService = ['service.namespace', 'service.name'] as const
const ofPool = [...ofService, 'db.client.connection.pool.name'] as const

/** Used share of everything that has a limit, 0 to 1: of the fullest process, and of the pools of all processes. One question for all. */
export const usage = ofResources((seconds) => ({
  heap: aggregate('max', ofService, `${last(select(heap.afterGc), seconds)} / ${last(select(heap.limit), seconds)}`),
  eventLoop: aggregate('max', ofService, average(select(eventLoop.utilization), seconds)),
  pools: `${aggregate('sum', ofPool, average(select(pools.count, { 'db.client.connection.state': 'used' }), seconds))} / ${aggregate('sum', ofPool, last(select(pools.max), seconds))}`,
}))

/** What there is of it: bytes that the smallest heap may grow to, processes, connections that a process may open. */
export const capacity = ofResources((seconds) => ({
  heap: aggregate('min', ofService, last(select(heap.limit), seconds)),
  eventLoop: `count by (${ofService.map(prometheusLabel).join(', ')}) (${last(select(eventLoop.utilization), seconds)})`,
  pools: aggregate('min', ofPool, last(select(pools.max), seconds)),
}))

/** Answers of several expressions, each with the name of its resource. */
function ofResources(expressions: (seconds: number) => Readonly<Record<'heap' | 'eventLoop' | 'pools', string>>): Question {
  const named = (expression: string, name: string): string => `label_replace(${expression}, "${RESOURCE}", "${name}", "", "")`
  return {
    promql: (seconds) => {
      const { heap, eventLoop, pools } = expressions(seconds)
      return [named(heap, HEAP), named(eventLoop, EVENT_LOOP), pools].join(' or ')
    },
    subjectOf: (labels) => {
      const name = labels[RESOURCE] ?? labels[prometheusLabel('db.client.connection.pool.name')] ?? ''
      return name === '' ? undefined : { service: serviceOf(labels), kind: 'pool', name }
    },
  }
}
