import { diag } from '@opentelemetry/api'
import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import { reason } from '../telemetry/diagnostics.ts'

/** Does work later. */
export type Defer = (work: () => void) => void

/**
 * A processor that can do no harm: when it throws, which is a mistake of ours, that is said once, and spans go past it from then on.
 * @param make makes it, given how to do work later
 */
export function guarded(make: (defer: Defer) => SpanProcessor, defer: Defer): SpanProcessor {
  let isBroken = false
  const safely = (work: () => void): void => {
    if (isBroken) return
    try {
      work()
    } catch (error) {
      isBroken = true
      diag.warn(`runs are not followed any more (${reason(error)}); how calls follow each other stays unknown.`)
    }
  }
  const processor = make((work) => defer(() => safely(work)))
  return {
    onStart: (span, context) => safely(() => processor.onStart(span, context)),
    onEnd: (span) => safely(() => processor.onEnd(span)),
    forceFlush: async () => safely(() => void processor.forceFlush()),
    shutdown: async () => safely(() => void processor.shutdown()),
  }
}
