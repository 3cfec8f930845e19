import type { Attributes, Context, Link, SpanKind } from '@opentelemetry/api'
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace'

/**
 * Lets spans of model calls be recorded that another sampler leaves out: span processors see them end, and no exporter sends them.
 * Without it calls could be counted only in sampled traces. It knows them by an attribute that the conventions ask for at their start.
 */
export class ModelCallSampler implements Sampler {
  readonly #sampler: Sampler

  /** @param sampler decides what is exported */
  constructor(sampler: Sampler) {
    this.#sampler = sampler
  }

  shouldSample(context: Context, traceId: string, name: string, kind: SpanKind, attributes: Attributes, links: Link[]): SamplingResult {
    const result = this.#sampler.shouldSample(context, traceId, name, kind, attributes, links)
    const isLeftOut = result.decision === SamplingDecision.NOT_RECORD && attributes['gen_ai.request.model'] !== undefined
    return isLeftOut ? { ...result, decision: SamplingDecision.RECORD } : result
  }

  toString(): string {
    return this.#sampler.toString()
  }
}
