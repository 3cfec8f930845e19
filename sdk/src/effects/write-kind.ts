import { SpanKind } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'

/** How a span writes. */
export type WriteKind = 'http' | 'database' | 'message'

const readingMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'QUERY', 'TRACE'])
const writingOperations = /^\s*(insert|update|delete|merge|replace|upsert|create|drop|alter|truncate|grant|revoke)\b/i

/**
 * How a span changes something elsewhere, by the attributes of OpenTelemetry's conventions, new and old ones: a request that is no
 * GET, a statement that writes, a message that is sent. Undefined for one that reads, or of which nothing is known.
 */
export function writeKind({ attributes, kind }: Pick<ReadableSpan, 'attributes' | 'kind'>): WriteKind | undefined {
  const method = attributes['http.request.method'] ?? attributes['http.method']
  if (typeof method === 'string') return kind === SpanKind.CLIENT && !readingMethods.has(method.toUpperCase()) ? 'http' : undefined
  const statement =
    attributes['db.operation.name'] ?? attributes['db.operation'] ?? attributes['db.query.text'] ?? attributes['db.statement']
  if (typeof statement === 'string') return writingOperations.test(statement) ? 'database' : undefined
  return kind === SpanKind.PRODUCER ? 'message' : undefined
}
