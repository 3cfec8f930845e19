import { type AttributeValue, SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'

/** One call of a model, as its span tells it. */
export interface ModelCall {
  readonly model: string
  readonly seconds: number
  /** All tokens that were read, and those of them that the provider had in its cache; undefined where the span does not say. */
  readonly inputTokens: number | undefined
  readonly cachedInputTokens: number | undefined
  readonly outputTokens: number
  /** Kind of failure; undefined for a call that was answered. */
  readonly failure: Failure | undefined
  /** Conversation that it is a part of, or its trace. */
  readonly conversation: string
}

/** Why a call failed; few words for the many names that clients have. */
export type Failure = 'rate_limited' | 'timeout' | 'server_error' | 'client_error' | '_OTHER'

/** Operations in which a model answers. Those of agents and workflows hold such calls, and would count their tokens again. */
const inference: ReadonlySet<unknown> = new Set(['chat', 'generate_content', 'text_completion', 'embeddings'])

type Attributes = Readonly<Record<string, unknown>>

/** The model that a span with these attributes asks; undefined for any other span. Older instrumentations name the provider and no operation. */
export function modelOf(attributes: Attributes): string | undefined {
  const model = attributes['gen_ai.request.model']
  if (typeof model !== 'string' || model === '') return undefined
  const operation = attributes['gen_ai.operation.name']
  const isCall = operation === undefined ? 'gen_ai.system' in attributes : inference.has(operation)
  return isCall ? model : undefined
}

/** Reads an ended span; undefined for one that is no call of a model. */
export function modelCall(span: ReadableSpan): ModelCall | undefined {
  const { attributes } = span
  const model = modelOf(attributes)
  if (model === undefined) return undefined
  const cached = count(attributes['gen_ai.usage.cache_read.input_tokens']) ?? count(attributes['ai.usage.cachedInputTokens'])
  const input = count(attributes['gen_ai.usage.input_tokens']) ?? count(attributes['gen_ai.usage.prompt_tokens'])
  const conversation = attributes['gen_ai.conversation.id']
  return {
    model,
    seconds: secondsOf(span),
    // By the conventions cached tokens are a part of the input; providers that count them apart report fewer than were cached.
    inputTokens: input === undefined || input >= (cached ?? 0) ? input : input + (cached ?? 0),
    cachedInputTokens: input === undefined ? undefined : cached,
    outputTokens: count(attributes['gen_ai.usage.output_tokens']) ?? count(attributes['gen_ai.usage.completion_tokens']) ?? 0,
    failure: failureOf(span),
    conversation: typeof conversation === 'string' ? conversation : span.spanContext().traceId,
  }
}

/** Seconds that a span took. */
export function secondsOf({ duration: [seconds, nanoseconds] }: ReadableSpan): number {
  return seconds + nanoseconds / 1e9
}

function count(value: AttributeValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
}

/** By the status of HTTP, which conventions put into `error.type` too, else by the name of the error. */
function failureOf({ attributes, status, events }: ReadableSpan): Failure | undefined {
  const thrown = events.find(({ name }) => name === 'exception')?.attributes?.['exception.type']
  const type = attributes['error.type'] ?? (status.code === SpanStatusCode.ERROR ? (thrown ?? '') : undefined)
  if (type === undefined) return undefined
  const code = Number(attributes['http.response.status_code'] ?? type)
  const name = String(type)
  if (code === 429 || /rate_?limit|toomanyrequests|throttl|resource_?exhausted/i.test(name)) return 'rate_limited'
  if (code === 408 || code === 504 || /time_?(d_?)?out|deadline|abort/i.test(name)) return 'timeout'
  if (code >= 500 || /server|unavailable|overloaded|connection/i.test(name)) return 'server_error'
  return code >= 400 || /request|authent|permission|not_?found|invalid/i.test(name) ? 'client_error' : '_OTHER'
}
