import type { Failure, ModelCall } from '../../../../sdk/dist/models/model-call.js'
import { ModelStatistics } from '../../../../sdk/dist/models/model-statistics.js'
import { PromptBlocks } from '../../../../sdk/dist/models/prompt-blocks.js'
import { ReuseTracker } from '../../../../sdk/dist/sampling/reuse-tracker.js'
import { hashString } from '../../../../sdk/dist/sampling/hash.js'
import type { Service } from './service.ts'

/** One call of a simulated agent: what it took and used. */
export interface SimulatedCall {
  readonly seconds: number
  readonly input?: number
  readonly cachedInput?: number
  readonly output?: number
  readonly failure?: Failure
  /** Which call of its conversation it is. Default 1. */
  readonly step?: number
  /** Messages that the span of the call holds. Default: none. */
  readonly messages?: readonly string[]
}

/** A model that a simulated agent asks: it exports what the SDK makes of the spans. */
export class SimulatedModel {
  readonly statistics: ModelStatistics
  readonly #name: string
  readonly #service: Service
  readonly #blocks = new PromptBlocks()
  #requests: ReuseTracker | undefined

  constructor(service: Service, name: string) {
    this.#name = name
    this.#service = service
    this.statistics = service.add(new ModelStatistics(name))
  }

  call({ seconds, input, cachedInput = 0, output = 0, failure, step = 1, messages }: SimulatedCall): void {
    const call: ModelCall = {
      model: this.#name,
      seconds,
      inputTokens: input,
      cachedInputTokens: cachedInput,
      outputTokens: output,
      failure,
      conversation: '',
    }
    this.statistics.add(call, step)
    if (messages === undefined) return
    const parts = this.#blocks.add(this.#name, messages, this.#service.now)
    this.statistics.addPrompt(parts)
    this.#requests ??= this.#service.add(new ReuseTracker({ subject: this.#name, kind: 'model', clock: this.#service.clock }))
    const hash = hashString(`${parts.hash}`)
    if (this.#requests.wants(hash)) this.#requests.record(hash)
    else this.#requests.skip()
  }
}
