import type { AttributeKey } from './attributes.ts'

/** The OpenTelemetry instruments that Pitwall uses. A `gauge` is a level, an `updowncounter` a sum that may fall. */
export type InstrumentKind = 'counter' | 'gauge' | 'updowncounter' | 'histogram'

/** One metric of the telemetry contract: everything that instruments, PromQL, dashboards and docs need to know of it. */
export interface MetricDefinition {
  /** Dotted OpenTelemetry name, without unit and without `_total`. */
  readonly name: string
  readonly kind: InstrumentKind
  /** UCUM unit (`s`, `By`, `By/s`) or an annotation in braces (`{request}`), which Prometheus names drop. */
  readonly unit: string
  /** Every attribute that a point of this metric may carry. */
  readonly attributes: readonly AttributeKey[]
  /** Upper bounds of a histogram's buckets, rising, in the metric's unit; the last bucket, above all of them, is implied. */
  readonly buckets?: readonly number[]
  /** One sentence: what is counted or measured. */
  readonly description: string
}

/** A histogram of the contract: it always has buckets. */
export interface HistogramDefinition extends MetricDefinition {
  readonly kind: 'histogram'
  readonly buckets: readonly number[]
}

/** A counter, updowncounter or gauge of the contract: one number a point. */
export interface NumberDefinition extends MetricDefinition {
  readonly kind: 'counter' | 'gauge' | 'updowncounter'
}

/** Declares a number metric; keeps the attribute names as literal types, so that a wrong one does not compile. */
export function number<const A extends readonly AttributeKey[]>(
  kind: NumberDefinition['kind'],
  name: string,
  unit: string,
  attributes: A,
  description: string,
): NumberDefinition & { readonly attributes: A } {
  return { name, kind, unit, attributes, description }
}

/** Declares a histogram with explicit buckets (exponential ones do not survive a direct scrape, see docs/decisions.md). */
export function histogram<const A extends readonly AttributeKey[]>(
  name: string,
  unit: string,
  attributes: A,
  buckets: readonly number[],
  description: string,
): HistogramDefinition & { readonly attributes: A } {
  return { name, kind: 'histogram', unit, attributes, buckets, description }
}
