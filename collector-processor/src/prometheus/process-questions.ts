import { eventLoop, heap, leak, runtime, system } from '@pitwall/sdk/contract'
import { select, selectPart } from './promql.ts'
import { growth, levels } from './question.ts'
import { aService } from './questions.ts'

const process = 'service.instance.id' as const

/** What rules ask about the processes of services; each process stays apart, so that one of fifty does not speak for all. */
export const processQuestions = {
  /** Levels of each process: memory and its limits, growth, age. */
  levels: levels(
    [
      heap.afterGc,
      heap.external,
      heap.limit,
      heap.semiSpaceLimit,
      leak.growth,
      system.containerMemoryLimit,
      system.containerWorkingSet,
      system.startDuration,
      system.uptime,
    ],
    aService,
  ),
  /** Seconds that garbage collection stopped the main thread, by what was collected. */
  gcSeconds: growth(selectPart(runtime.gcDuration, 'sum'), aService, [process, 'v8js.gc.type']),
  /** Seconds that the event loop was active, and idle. */
  loopSeconds: growth(select(eventLoop.time), aService, [process, 'nodejs.eventloop.state']),
} as const
