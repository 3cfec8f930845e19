import { type Attributes, type Span, SpanStatusCode, trace } from '@opentelemetry/api'
import { errorType } from './error-type.ts'
import { scope } from './scope.ts'
import { noteArguments } from './span-arguments.ts'

/** Runs a cache's loader in a span of its own; see `inSpan`. */
export function loadSpan<T>(name: string, fn: () => T): T {
  return inSpan(`load ${name}`, fn)
}

/**
 * Runs a profiled function in a span of its own; see `inSpan`.
 * @param argumentsHash of the call, where they are followed
 */
export function callSpan<T>(name: string, fn: () => T, argumentsHash?: number): T {
  return inSpan(name, fn, argumentsHash)
}

/**
 * Runs `fn` in a span, if it is called under one that is being recorded; else just runs it: there are no root spans of
 * ours, and an agent without tracing pays one look-up. The span ends when the result does, and says if that was an error.
 */
function inSpan<T>(name: string, fn: () => T, argumentsHash?: number): T {
  if (trace.getActiveSpan()?.isRecording() !== true) return fn()
  return trace.getTracer(scope.name, scope.version).startActiveSpan(name, (span) => {
    if (argumentsHash !== undefined) noteArguments(span, argumentsHash)
    try {
      const result = fn()
      // A promise of a class of its own may be a query that runs when it is listened to: it is left alone.
      if (!(result instanceof Promise && result.constructor === Promise)) span.end()
      else
        result.then(
          () => span.end(),
          (error: unknown) => endFailed(span, error),
        )
      return result
    } catch (error) {
      endFailed(span, error)
      throw error
    }
  })
}

/** Notes on a span that the event loop stood still during it; one that has ended is left alone, its own duration shows the block. */
export function blockedEvent(span: Span, startedAt: number, attributes: Attributes): void {
  if (span.isRecording()) span.addEvent('pitwall.eventloop.blocked', attributes, startedAt)
}

function endFailed(span: Span, error: unknown): void {
  span.setAttribute('error.type', errorType(error))
  span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
}
