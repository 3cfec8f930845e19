import { diag } from '@opentelemetry/api'
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'
import { type Clock, systemClock } from '../clock.ts'
import { NameRegistry } from '../names.ts'
import { hashString } from '../sampling/hash.ts'
import { overhead } from '../sampling/overhead.ts'
import { ReuseTracker } from '../sampling/reuse-tracker.ts'
import { reason } from '../telemetry/diagnostics.ts'
import { addSource } from '../telemetry/source.ts'
import { ConversationSteps } from './conversation-steps.ts'
import { type ModelCall, modelCall, modelOf, secondsOf } from './model-call.ts'
import { ModelStatistics } from './model-statistics.ts'
import { isRepeatable, messagesOf, parametersOf } from './prompt.ts'
import { PromptBlocks } from './prompt-blocks.ts'

/** Models that one process tells apart; a process that asks more names them by date or user. */
const MAX_MODELS = 32

/** Calls under way that are followed; those of spans that nobody ends would add up. */
const MAX_ACTIVE = 10_000

/** Prompts are hashed for at most this share of the time; those that come meanwhile are not followed, and only counted as calls. */
const MOST_TIME = 0.0025

/** A call under way. */
interface Active {
  readonly statistics: ModelStatistics
  /** HTTP requests of the call that were turned away and made again. */
  rejections: number
}

/** A model: its numbers, and its requests where spans hold them. */
interface Model {
  readonly statistics: ModelStatistics
  requests?: ReuseTracker
}

/**
 * Counts the calls of models that pass by as spans with `gen_ai.*` attributes, and changes none of them. `register` attaches it; who has
 * an OpenTelemetry SDK of their own passes `new ModelSpans()` to their tracer provider. Text of prompts is hashed and not kept.
 * A call within a call of a model, as two instrumentations of one client make it, is a part of that, and not counted again.
 */
export class ModelSpans implements SpanProcessor {
  readonly #clock: Clock
  readonly #names = new NameRegistry(MAX_MODELS)
  readonly #models = new Map<string, Model>()
  readonly #active = new Map<string, Active>()
  readonly #steps = new ConversationSteps()
  readonly #blocks = new PromptBlocks()
  readonly #removals: (() => void)[] = []
  /** Until then no prompt is looked at. */
  #restsUntil = 0

  /** @param clock times in milliseconds */
  constructor(clock: Clock = systemClock) {
    this.#clock = clock
  }

  onStart(span: ReadableSpan): void {
    const model = modelOf(span.attributes)
    if (model === undefined || this.#isWithinCall(span) || this.#active.size >= MAX_ACTIVE) return
    const { statistics } = this.#modelNamed(model)
    statistics.active++
    this.#active.set(span.spanContext().spanId, { statistics, rejections: 0 })
  }

  onEnd(span: ReadableSpan): void {
    const owner = this.#active.get(span.parentSpanContext?.spanId ?? '')
    if (owner !== undefined) {
      if (span.attributes['http.response.status_code'] !== 429) return
      owner.rejections++
      owner.statistics.addRejection(secondsOf(span))
      return
    }
    if (modelOf(span.attributes) === undefined) return
    try {
      overhead.time('model-calls', () => this.#count(span))
    } catch (error) {
      diag.warn(`a call of a model could not be counted (${reason(error)}).`)
    }
  }

  forceFlush(): Promise<void> {
    return Promise.resolve()
  }

  /** Its numbers are no longer exported. */
  shutdown(): Promise<void> {
    for (const remove of this.#removals) remove()
    this.#removals.length = 0
    this.#models.clear()
    this.#active.clear()
    return Promise.resolve()
  }

  #isWithinCall(span: ReadableSpan): boolean {
    return span.parentSpanContext !== undefined && this.#active.has(span.parentSpanContext.spanId)
  }

  #count(span: ReadableSpan): void {
    const call = modelCall(span)
    if (call === undefined) return
    const model = this.#modelNamed(call.model)
    const id = span.spanContext().spanId
    const active = this.#active.get(id)
    this.#active.delete(id)
    if (active !== undefined) active.statistics.active--
    model.statistics.add(call, this.#steps.next(call.conversation))
    if (call.failure === 'rate_limited' && !active?.rejections) model.statistics.addRejection(call.seconds)
    if (call.failure === undefined) this.#follow(span, call, model)
  }

  /** Follows what was asked, where the span holds it; as requests that might be answered from a cache, where those would be the same again. */
  #follow({ attributes }: ReadableSpan, { model: name }: ModelCall, model: Model): void {
    const start = this.#clock.now()
    const messages = start < this.#restsUntil ? undefined : messagesOf(attributes)
    if (messages === undefined) return
    const parts = this.#blocks.add(name, messages, start)
    this.#restsUntil = start + (this.#clock.now() - start) / MOST_TIME
    model.statistics.addPrompt(parts)
    if (!isRepeatable(attributes)) return
    model.requests ??= this.#added(new ReuseTracker({ subject: this.#names.admit(name), kind: 'model', clock: this.#clock }))
    const request = hashString(`${parts.hash} ${parametersOf(attributes)}`)
    if (model.requests.wants(request)) model.requests.record(request)
    else model.requests.skip()
  }

  #modelNamed(given: string): Model {
    const name = this.#names.admit(given)
    let model = this.#models.get(name)
    if (model === undefined) this.#models.set(name, (model = { statistics: this.#added(new ModelStatistics(name)) }))
    return model
  }

  #added<S extends ModelStatistics | ReuseTracker>(source: S): S {
    this.#removals.push(addSource(source))
    return source
  }
}
