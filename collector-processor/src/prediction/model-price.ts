import type { Blocks } from '../prometheus/series.ts'
import type { Settings } from '../settings.ts'
import type { ModelUse } from './model-use.ts'

/** US dollars for a million tokens. */
export type ModelPrice = Settings['modelPrices'][string]

/**
 * The price of a model by the longest name in the settings that it begins with; undefined where there is none. A name ends where the
 * model's does, or at a sign that begins a version: `gpt-4o` is no price of `gpt-4omni`.
 */
export function priceOf(model: string, { modelPrices }: Settings): ModelPrice | undefined {
  const names = Object.keys(modelPrices).filter((name) => model.startsWith(name) && !/[\p{L}\p{N}]/u.test(model.charAt(name.length)))
  const longest = names.toSorted((a, b) => b.length - a.length)[0]
  return longest === undefined ? undefined : modelPrices[longest]
}

/**
 * Dollars that calls cost in each block; cached input at the price of other input where it has none of its own. Where nothing tells how
 * much of the input was cached, all of it counts as that: many instrumentations do not, and no more is claimed than is sure.
 */
export function dollarsOf({ calls, input, cachedInput, output }: ModelUse, price: ModelPrice): Blocks {
  const isKnown = cachedInput.some((tokens) => tokens !== undefined)
  return calls.map((count, index) => {
    const cached = isKnown ? (cachedInput[index] ?? 0) : (input[index] ?? 0)
    const fresh = Math.max(0, (input[index] ?? 0) - cached)
    if (count === undefined) return undefined
    return (fresh * price.input + cached * (price.cachedInput ?? price.input) + (output[index] ?? 0) * price.output) / 1e6
  })
}

/** Dollars as costs and savings count them: times the seconds of an hour, so that a second of them is dollars an hour. */
export function timesHour(dollars: Blocks): Blocks {
  return dollars.map((amount) => (amount === undefined ? undefined : amount * 3_600))
}
