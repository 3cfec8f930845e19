import { randomNumbers } from '../support/generator.ts'
import { DOLLAR, dollars, PRICED } from './one-model.ts'
import type { Service } from './service.ts'
import { type SimulatedCall, SimulatedModel } from './simulated-model.ts'
import { between, Traffic } from './traffic.ts'
import type { Life } from './world.ts'

/** An agent that sends the whole conversation with every call. */
export interface ConversationOptions {
  /** Conversations a second, and calls in the longest and shortest of them. */
  readonly perSecond: number
  readonly calls: readonly [shortest: number, longest: number]
  /** Tokens of what is always there, and by which a call makes the conversation longer, on average. */
  readonly instructions: number
  readonly growth: number
  /** Tokens above which the conversation is summarized, and that remain. Default: it never is. */
  readonly limits?: readonly [most: number, least: number]
}

/** A world of conversations with one model, whose provider keeps what was sent in the call before. */
export function conversingAgent(service: Service, random: () => number, options: ConversationOptions): Life {
  const model = new SimulatedModel(service, PRICED)
  const traffic = new Traffic(random, { perSecond: () => options.perSecond, key: () => '', meanMs: () => 2_000 })
  let [most, least] = options.limits ?? [Infinity, Infinity]
  let spent = 0
  const call = (one: SimulatedCall): void => {
    model.call({ ...one, step: stepOf(one.step ?? 1) })
    spent += DOLLAR * dollars(one)
  }
  const converse = (count: number, seed: number): void => {
    // Its own numbers, so that those of the next are the same whatever is summarized here.
    const [growths, outputs] = [randomNumbers(seed), randomNumbers(seed + 1)]
    let [input, kept, step] = [options.instructions, 0, 0]
    for (let index = 0; index < count; index++) {
      if (input > most) {
        call({ seconds: 5, input, cachedInput: kept, output: between(outputs, 300, 800), step: ++step })
        ;[input, kept] = [least, 0]
      }
      call({ seconds: 2, input, cachedInput: kept, output: between(outputs, 50, 300), step: ++step })
      kept = input
      input += options.growth * 2 * growths()
    }
  }
  return {
    play(until) {
      for (const [time] of traffic.until(until)) {
        service.now = time
        converse(Math.round(between(random, ...options.calls)), Math.floor(random() * 1e9))
      }
      service.now = until
    },
    apply: (change) => void ([most, least] = [Number(change['mostTokens']), Number(change['leastTokens'])]),
    spent: () => spent,
  }
}

/** The value of `pitwall.model.step`. */
function stepOf(step: number): number {
  return [33, 17, 9, 5, 3, 2, 1].find((first) => step >= first) ?? 1
}
