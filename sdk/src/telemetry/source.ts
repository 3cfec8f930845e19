import type { AttributeKey, HistogramDefinition, NumberDefinition } from '../contract/index.ts'

/** Attribute values of one point; a key that the metric does not declare does not compile. */
export type AttributesOf<M extends { readonly attributes: readonly AttributeKey[] }> = {
  readonly [K in M['attributes'][number]]?: string | number
}

/** A histogram's state, as kept on the hot path: plain numbers, counted since the process started. */
export interface HistogramState {
  /** Counts per bucket, not cumulative; one more than the definition's bounds (the last is above all of them). */
  readonly counts: ArrayLike<number>
  readonly sum: number
  readonly count: number
}

/** Where a source writes its numbers at the moment of collection. */
export interface MetricSink {
  /** A counter's total since the process started, or a gauge's level. */
  number<M extends NumberDefinition>(metric: M, attributes: AttributesOf<M>, value: number): void
  histogram<M extends HistogramDefinition>(metric: M, attributes: AttributesOf<M>, state: HistogramState): void
}

/** Anything that has numbers to export: a cache, a function, a profiler. Called once a collection; must not throw or wait. */
export interface MetricSource {
  collect(sink: MetricSink): void
}

const sources = new Set<MetricSource>()

/** Adds a source to what is exported; returns the function that takes it away again. */
export function addSource(source: MetricSource): () => void {
  sources.add(source)
  return () => void sources.delete(source)
}

/** Lets every source write into the sink. One broken source does not cost the others: its error goes to `onError`. */
export function collectSources(sink: MetricSink, onError: (error: unknown) => void = () => {}): void {
  for (const source of sources) {
    try {
      source.collect(sink)
    } catch (error) {
      onError(error)
    }
  }
}
