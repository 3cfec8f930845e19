import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import { systemClock } from '../clock.ts'
import { overhead } from '../sampling/overhead.ts'
import { addSource } from '../telemetry/source.ts'
import { rememberArguments } from '../telemetry/span-arguments.ts'
import { RunProcessor } from './run-processor.ts'
import { RunStatistics } from './run-statistics.ts'

let statistics: RunStatistics | undefined

/** Follows the runs of this process from now on: hand what it returns to the tracer provider. */
export function followRuns(): SpanProcessor {
  if (statistics === undefined) addSource((statistics = new RunStatistics(Math.random)))
  rememberArguments()
  return new RunProcessor({ statistics, clock: systemClock, overhead, defer: (work) => void setImmediate(work) })
}
