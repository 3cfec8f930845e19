import { inspect, isDeepStrictEqual } from 'node:util'

/** A function that is compared: it gets one input, and returns a value or a promise of it. */
export type Compared<I, O> = (input: I) => O | PromiseLike<O>

/** What a call came to: a value, or an error by its class and message. */
export type Outcome = { readonly value: unknown } | { readonly error: string }

/** Calls a function, and waits for it. */
export async function outcomeOf<I, O>(fn: Compared<I, O>, input: I): Promise<Outcome> {
  try {
    return { value: await fn(input) }
  } catch (error) {
    return { error: error instanceof Error ? `${error.constructor.name}: ${error.message}` : inspect(error) }
  }
}

/** What the calls for all inputs came to, one after the other. */
export async function outcomesOf<I, O>(fn: Compared<I, O>, inputs: readonly I[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const input of inputs) outcomes.push(await outcomeOf(fn, input))
  return outcomes
}

/** Whether two calls came to the same; values by a test of their own, or by `isDeepStrictEqual` of Node.js. */
export function sameOutcome(one: Outcome, other: Outcome, equal: (one: unknown, other: unknown) => boolean = isDeepStrictEqual): boolean {
  if ('value' in one && 'value' in other) return equal(one.value, other.value)
  return 'error' in one && 'error' in other && one.error === other.error
}
