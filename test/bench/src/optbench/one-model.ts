import { hashString } from '../../../../sdk/dist/sampling/hash.js'
import { SimulatedCache } from './simulated-cache.ts'
import { type SimulatedCall, SimulatedModel } from './simulated-model.ts'
import type { Call } from './simulated-function.ts'
import type { Service } from './service.ts'
import { Traffic, type TrafficOptions } from './traffic.ts'
import type { Life } from './world.ts'

/** The model that has a price in the benchmark's settings, and that price: dollars for a million tokens. */
export const PRICED = 'gpt-4.1'
export const PRICE = { input: 2, cachedInput: 0.5, output: 8 } as const
/** A cheaper model, and its price. */
export const CHEAPER = 'gpt-4.1-mini'
export const CHEAPER_PRICE = { input: 0.4, cachedInput: 0.1, output: 1.6 } as const
/** A dollar, in dollars an hour times milliseconds. */
export const DOLLAR = 3_600_000

/** What a world of one model does with each call. */
export interface ModelWorld extends TrafficOptions {
  /** Default: the one with a price. */
  readonly model?: string
  /** What the provider is asked for a call, and answers. */
  readonly ask: (call: Call, now: number) => SimulatedCall
}

/** A world of one model; the change that it knows is a cache for its answers. What is spent is dollars, or seconds where it has no price. */
export function oneModel(service: Service, random: () => number, { model: name = PRICED, ask, ...options }: ModelWorld): Life {
  const model = new SimulatedModel(service, name)
  const traffic = new Traffic(random, options)
  let spent = 0
  let cache: SimulatedCache | undefined
  const cached = (maxEntries: number, ttlSeconds: number): void => {
    cache = service.add(new SimulatedCache(name, { maxEntries, ttlSeconds }, service.clock))
  }
  return {
    play(until) {
      for (const [time, call] of traffic.until(until)) {
        service.now = time
        if (cache?.request(call)) continue
        const asked = ask(call, time)
        model.call(asked)
        spent += name === PRICED ? DOLLAR * dollars(asked) : 1_000 * asked.seconds
      }
      service.now = until
    },
    apply: ({ maxEntries, ttlSeconds }) => cached(Number(maxEntries), Number(ttlSeconds)),
    applyWrongly: () => cached(1, 1),
    spent: () => spent,
  }
}

/** What a call costs at a price; that of the model with one by default. */
export function dollars(
  { input = 0, cachedInput = 0, output = 0 }: SimulatedCall,
  price: Readonly<Record<keyof typeof PRICE, number>> = PRICE,
): number {
  return ((input - cachedInput) * price.input + cachedInput * price.cachedInput + output * price.output) / 1e6
}

/** A number from 0 to 1 that belongs to a text. */
export function ofText(text: string): number {
  return hashString(text) / 2 ** 32
}
