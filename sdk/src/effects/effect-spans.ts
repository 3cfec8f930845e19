import { type Context, trace } from '@opentelemetry/api'
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace'
import { effects } from '../contract/effects.ts'
import { NameRegistry, OTHER } from '../names.ts'
import { scope } from '../telemetry/scope.ts'
import { addSource, type MetricSink, type MetricSource } from '../telemetry/source.ts'
import { type WriteKind, writeKind } from './write-kind.ts'

/** Functions, and pairs of a function and its caller, that one process tells apart; spans under way that are followed. */
const MAX = { names: 200, pairs: 500, active: 10_000 }

/** What comes before the name of the function in the span of a cache's load. */
const LOAD = 'load '

/** A recorded call of a profiled function, and the call that it was made in. */
interface Call {
  readonly name: string
  readonly within: Call | undefined
  readonly wrote: Set<WriteKind>
}

/** Requests of a model are asked for with POST, and change nothing. */
function isInference({ attributes }: Span): boolean {
  const operation = attributes['gen_ai.operation.name']
  return typeof operation === 'string' && inferences.has(operation)
}

const inferences = new Set(['chat', 'text_completion', 'generate_content', 'embeddings'])

/**
 * Counts, for each profiled function, the recorded calls within which something was written, and by which functions it is called. What
 * begins after the call's own span has ended is not counted: nobody can tell any more to whom it belongs. `register`
 * attaches it; who has an OpenTelemetry SDK of their own passes `new EffectSpans()` to their tracer provider.
 */
export class EffectSpans implements SpanProcessor, MetricSource {
  /** By the span, for as long as it is under way. */
  readonly #calls = new Map<object, Call>()
  readonly #names = new NameRegistry(MAX.names)
  readonly #writes = new Map<string, Map<WriteKind, number>>()
  readonly #pairs = new Map<string, { readonly name: string; readonly caller: string; count: number }>()

  readonly #stop = addSource(this)

  onStart(span: Span, context: Context): void {
    const parent = trace.getSpan(context)
    const within = parent === undefined ? undefined : this.#calls.get(parent)
    if (this.#calls.size >= MAX.active || isInference(span)) return
    if (span.instrumentationScope.name !== scope.name) {
      if (within !== undefined) this.#calls.set(span, within)
      return
    }
    const name = this.#names.admit(span.name.startsWith(LOAD) ? span.name.slice(LOAD.length) : span.name)
    if (within !== undefined) this.#nested(name, within.name)
    this.#calls.set(span, { name, within, wrote: new Set() })
  }

  onEnd(span: ReadableSpan): void {
    const innermost = this.#calls.get(span)
    if (innermost === undefined) return
    this.#calls.delete(span)
    const kind = writeKind(span)
    if (kind === undefined) return
    for (let call: Call | undefined = innermost; call !== undefined && !call.wrote.has(kind); call = call.within) {
      call.wrote.add(kind)
      const counts = this.#writes.get(call.name) ?? new Map<WriteKind, number>()
      this.#writes.set(call.name, counts.set(kind, (counts.get(kind) ?? 0) + 1))
    }
  }

  collect(sink: MetricSink): void {
    for (const [name, counts] of this.#writes) {
      for (const [kind, count] of counts) sink.number(effects.writes, { 'code.function.name': name, 'pitwall.write': kind }, count)
    }
    for (const { name, caller, count } of this.#pairs.values()) {
      sink.number(effects.nested, { 'code.function.name': name, 'pitwall.function.caller': caller }, count)
    }
  }

  forceFlush(): Promise<void> {
    return Promise.resolve()
  }

  shutdown(): Promise<void> {
    this.#stop()
    return Promise.resolve()
  }

  #nested(name: string, caller: string): void {
    if (name === caller || name === OTHER || caller === OTHER) return
    const key = `${name}\0${caller}`
    const known = this.#pairs.get(key)
    if (known !== undefined) known.count++
    else if (this.#pairs.size < MAX.pairs) this.#pairs.set(key, { name, caller, count: 1 })
  }
}
