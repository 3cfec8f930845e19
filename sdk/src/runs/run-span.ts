import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { writingWord } from '../contract/writing-word.ts'
import { scope } from '../telemetry/scope.ts'

/** What is kept of a span that ended, and what ran inside it. Times in seconds since the run began. */
export interface RunSpan {
  readonly id: string
  readonly parent: string | undefined
  /** What it is a call of. */
  readonly name: string
  readonly start: number
  readonly end: number
  readonly hasFailed: boolean
  /** Hash of its arguments; undefined where they are not followed. */
  readonly argumentsHash: number | undefined
  /** Whether it, or something inside it, changes something outside of the run, as far as names and attributes tell. */
  writes: boolean
  /** Whether it, or something inside it, is a step of a conversation with a model, each of which needs the one before. */
  converses: boolean
  /** By their start. */
  readonly children: RunSpan[]
}

/** Names of spans for connecting, which come between calls by chance. */
const connects = /(^|[ .:_-])(connect|dns\.lookup)$/i

const readingMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'QUERY'])
const writingOperations = /^(insert|update|delete|merge|replace|create|drop|alter|truncate)\b/i
const conversations = new Set(['chat', 'generate_content', 'text_completion', 'invoke_agent'])
const LOAD = 'load '

/** When a span began and ended, in seconds since its run began. */
export interface SpanTimes {
  readonly start: number
  readonly end: number
}

/** Times that a span itself tells are exact to a millisecond: its start is a whole one, and its end so much later. */
const EXACT_SECONDS = 0.002

/**
 * The times that a span tells, or rather those at which it was seen to begin and end, unless somebody gave it other ones. By the span's own
 * times, calls one after the other may overlap.
 */
export function timesOf(span: ReadableSpan, epoch: readonly [number, number], seen: SpanTimes | undefined): SpanTimes {
  const seconds = ([whole, nanoseconds]: readonly [number, number]) => whole - epoch[0] + (nanoseconds - epoch[1]) / 1e9
  const told = { start: seconds(span.startTime), end: seconds(span.endTime) }
  const isNear = (a: number, b: number) => Math.abs(a - b) < EXACT_SECONDS
  return seen !== undefined && isNear(seen.start, told.start) && isNear(seen.end, told.end) ? seen : told
}

/** What is kept of a span; undefined for one that only connects. */
export function runSpan(span: ReadableSpan, { start, end }: SpanTimes, argumentsHash: number | undefined): RunSpan | undefined {
  if (connects.test(span.name)) return undefined
  const isLoad = span.instrumentationScope.name === scope.name && span.name.startsWith(LOAD)
  const name = isLoad ? span.name.slice(LOAD.length) : span.name
  return {
    id: span.spanContext().spanId,
    parent: span.parentSpanContext?.spanId,
    name,
    start,
    end: Math.max(start, end),
    hasFailed: span.status.code === SpanStatusCode.ERROR,
    argumentsHash,
    writes: doesWrite(span, name),
    converses: conversations.has(String(span.attributes['gen_ai.operation.name'])),
    children: [],
  }
}

function doesWrite({ attributes, kind }: ReadableSpan, name: string): boolean {
  const method = attributes['http.request.method'] ?? attributes['http.method']
  if (typeof method === 'string') return kind === SpanKind.CLIENT && !readingMethods.has(method.toUpperCase())
  const statement =
    attributes['db.operation.name'] ?? attributes['db.operation'] ?? attributes['db.query.text'] ?? attributes['db.statement']
  if (typeof statement === 'string') return writingOperations.test(statement.trim())
  return writingWord(name) !== undefined
}

/**
 * Puts spans into the tree that they are, below the root. Left out are those whose parent is not there, because it has not ended
 * or is not recorded: when they ran is not known.
 */
export function runTree(root: RunSpan, spans: readonly RunSpan[]): RunSpan {
  const byId = new Map(spans.map((span) => [span.id, span]))
  byId.set(root.id, root)
  for (const span of spans) {
    if (span !== root && span.parent !== undefined) byId.get(span.parent)?.children.push(span)
  }
  finish(root)
  return root
}

function finish(span: RunSpan): void {
  span.children.sort((a, b) => a.start - b.start || a.end - b.end)
  for (const child of span.children) {
    finish(child)
    span.writes ||= child.writes
    span.converses ||= child.converses
  }
}
