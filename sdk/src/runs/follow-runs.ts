import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import { systemClock } from '../clock.ts'
import { overhead } from '../sampling/overhead.ts'
import { addSource } from '../telemetry/source.ts'
import { rememberArguments } from '../telemetry/span-arguments.ts'
import { guarded } from './guarded.ts'
import { RunProcessor } from './run-processor.ts'
import { RunStatistics } from './run-statistics.ts'

let known: RunStatistics | undefined

/** Follows the runs of this process from now on: a span processor to be handed to the tracer provider. */
export function followRuns(): SpanProcessor {
  const statistics = (known ??= new RunStatistics(Math.random))
  addSource(statistics)
  rememberArguments()
  return guarded(
    (defer) => new RunProcessor({ statistics, clock: systemClock, overhead, defer }),
    (work) => void setImmediate(work),
  )
}
