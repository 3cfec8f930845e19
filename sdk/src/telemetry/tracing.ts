import { context, diag, propagation, type TextMapPropagator, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  CompositePropagator,
  getNumberFromEnv,
  getStringListFromEnv,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core'
import type { Resource } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  ConsoleSpanExporter,
  SimpleSpanProcessor,
  type SpanLimits,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { positiveFromEnv } from './environment.ts'
import { isRegistered } from './global-api.ts'
import { ModelCallSampler } from './model-sampler.ts'
import { otlpSpanExporter } from './otlp.ts'
import { samplerFromEnvironment } from './sampler.ts'

/** Where spans go. */
export type SpanExporterName = 'otlp' | 'console'

/** Tracing that is switched on for the whole process. Neither function rejects where the Collector is away. */
export interface Tracing {
  forceFlush(): Promise<void>
  shutdown(): Promise<void>
}

/**
 * Registers a tracer provider, the context that follows async calls, and the propagators, as `OTEL_*` say.
 * @param listeners see spans start and end beside the exporters, those of model calls also where they are not sampled
 */
export function startTracing(
  exporters: readonly SpanExporterName[],
  resource: Resource,
  timeoutMs: number,
  listeners: readonly SpanProcessor[],
): Tracing {
  const otlp = exporters.includes('otlp') ? otlpSpanExporter(timeoutMs) : undefined
  const spanProcessors: SpanProcessor[] = [...listeners]
  if (otlp !== undefined) spanProcessors.push(new BatchSpanProcessor({ exporter: otlp, ...batchFromEnvironment() }))
  if (exporters.includes('console')) spanProcessors.push(new SimpleSpanProcessor({ exporter: new ConsoleSpanExporter() }))
  const provider = new TracerProvider({
    resource,
    spanProcessors,
    sampler: new ModelCallSampler(samplerFromEnvironment()),
    spanLimits: spanLimitsFromEnvironment(),
  })
  trace.setGlobalTracerProvider(provider)
  const undoContext = setUpContext()
  const undoPropagation = setUpPropagation()
  return {
    async forceFlush() {
      await provider.forceFlush()
      await otlp?.forceFlush()
    },
    async shutdown() {
      trace.disable()
      undoContext()
      undoPropagation()
      await provider.shutdown()
    },
  }
}

function setUpContext(): () => void {
  if (isRegistered('context')) return () => {}
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  return () => context.disable()
}

function setUpPropagation(): () => void {
  const names = getStringListFromEnv('OTEL_PROPAGATORS') ?? ['tracecontext', 'baggage']
  if (isRegistered('propagation') || names.includes('none')) return () => {}
  propagation.setGlobalPropagator(new CompositePropagator({ propagators: names.flatMap(propagatorNamed) }))
  return () => propagation.disable()
}

function propagatorNamed(name: string): TextMapPropagator[] {
  if (name === 'tracecontext') return [new W3CTraceContextPropagator()]
  if (name === 'baggage') return [new W3CBaggagePropagator()]
  diag.warn(`OTEL_PROPAGATORS must be of tracecontext, baggage, none, got '${name}'; it is left out.`)
  return []
}

function batchFromEnvironment() {
  return defined({
    maxQueueSize: positiveFromEnv('OTEL_BSP_MAX_QUEUE_SIZE'),
    maxExportBatchSize: positiveFromEnv('OTEL_BSP_MAX_EXPORT_BATCH_SIZE'),
    scheduledDelayMillis: positiveFromEnv('OTEL_BSP_SCHEDULE_DELAY'),
    exportTimeoutMillis: positiveFromEnv('OTEL_BSP_EXPORT_TIMEOUT'),
  })
}

function spanLimitsFromEnvironment(): SpanLimits {
  return defined({
    attributeCountLimit: getNumberFromEnv('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT') ?? getNumberFromEnv('OTEL_ATTRIBUTE_COUNT_LIMIT'),
    attributeValueLengthLimit:
      getNumberFromEnv('OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT') ?? getNumberFromEnv('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'),
    eventCountLimit: getNumberFromEnv('OTEL_SPAN_EVENT_COUNT_LIMIT'),
    linkCountLimit: getNumberFromEnv('OTEL_SPAN_LINK_COUNT_LIMIT'),
    attributePerEventCountLimit: getNumberFromEnv('OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT'),
    attributePerLinkCountLimit: getNumberFromEnv('OTEL_LINK_ATTRIBUTE_COUNT_LIMIT'),
  })
}

/** Leaves out what is not set, so that the SDK's own defaults hold. */
function defined(values: Record<string, number | undefined>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))
}
