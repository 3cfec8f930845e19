import { models } from '../contract/index.ts'
import { BucketCounts } from '../sampling/bucket-counts.ts'
import type { MetricSink, MetricSource } from '../telemetry/source.ts'
import type { Failure, ModelCall } from './model-call.ts'
import type { PromptParts } from './prompt-blocks.ts'

/** What the calls of one model took and used since the process started. */
export class ModelStatistics implements MetricSource {
  /** Calls that are not answered yet. */
  active = 0
  readonly #model: string
  readonly #durations = new Map<Failure | undefined, BucketCounts>()
  readonly #steps = new Map<number, { calls: number; tokens: number }>()
  #input = 0
  /** Undefined while no call has told. */
  #cachedInput: number | undefined
  #output = 0
  #rejections = 0
  #rejectedSeconds = 0
  #prompts: { prefix: number; repeated: number; new: number } | undefined

  /** @param model its name, already bounded by a NameRegistry */
  constructor(model: string) {
    this.#model = model
  }

  /** Counts a call that has ended, as the step of its conversation that it was. */
  add({ seconds, failure, inputTokens, cachedInputTokens, outputTokens }: ModelCall, step: number): void {
    let durations = this.#durations.get(failure)
    if (durations === undefined) this.#durations.set(failure, (durations = new BucketCounts(models.callDuration.buckets)))
    durations.record(seconds)
    if (cachedInputTokens !== undefined) this.#cachedInput = (this.#cachedInput ?? 0) + cachedInputTokens
    this.#output += outputTokens
    if (inputTokens === undefined) return
    this.#input += inputTokens
    const known = this.#steps.get(step) ?? { calls: 0, tokens: 0 }
    this.#steps.set(step, { calls: known.calls + 1, tokens: known.tokens + inputTokens })
  }

  /** Counts a request that was turned away, and the seconds that it took. */
  addRejection(seconds: number): void {
    this.#rejections++
    this.#rejectedSeconds += seconds
  }

  addPrompt(parts: PromptParts): void {
    const known = this.#prompts ?? { prefix: 0, repeated: 0, new: 0 }
    this.#prompts = { prefix: known.prefix + parts.prefix, repeated: known.repeated + parts.repeated, new: known.new + parts.new }
  }

  collect(sink: MetricSink): void {
    const model = { 'gen_ai.request.model': this.#model } as const
    for (const [failure, state] of this.#durations) {
      sink.histogram(models.callDuration, { ...model, ...(failure !== undefined && { 'error.type': failure }) }, state)
    }
    sink.number(models.active, model, this.active)
    sink.number(models.tokens, { ...model, 'gen_ai.token.type': 'input' }, this.#input)
    if (this.#cachedInput !== undefined) sink.number(models.tokens, { ...model, 'gen_ai.token.type': 'cached_input' }, this.#cachedInput)
    sink.number(models.tokens, { ...model, 'gen_ai.token.type': 'output' }, this.#output)
    sink.number(models.rejections, model, this.#rejections)
    sink.number(models.rejectedTime, model, this.#rejectedSeconds)
    for (const [part, size] of Object.entries(this.#prompts ?? {})) {
      sink.number(models.promptSize, { ...model, 'pitwall.prompt.part': part }, size)
    }
    for (const [step, { calls, tokens }] of this.#steps) {
      sink.number(models.steps, { ...model, 'pitwall.model.step': step }, calls)
      sink.number(models.stepInput, { ...model, 'pitwall.model.step': step }, tokens)
    }
  }
}
