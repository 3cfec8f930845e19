import { median } from '../prediction/moments.ts'
import type { Estimate } from '../recommendation/recommendation.ts'
import { allocatedBytes } from './allocated-bytes.ts'
import { Inputs } from './inputs.ts'
import { type Compared, type Outcome, outcomesOf, sameOutcome } from './outcome.ts'
import { pairedTimes } from './paired-times.ts'
import { ratioOf } from './ratio.ts'

/** An interval that is wider says nothing: its upper end by its lower one. */
const WIDEST = 1.5
const DEFAULT_MS = 3_000

/** Options of `benchmark`. */
export interface BenchmarkOptions {
  /** How long it is to take, in milliseconds; default 3,000. Up to four times as long where that is not enough for ten pairs of calls. */
  readonly timeMs?: number
  /** Whether two results are equal; default: deeply, as `isDeepStrictEqual` of Node.js has it. */
  readonly equal?: (one: unknown, other: unknown) => boolean
  /** Ends it early, with what was measured so far. */
  readonly signal?: AbortSignal
  /** Milliseconds on a clock that only rises; default `performance.now`. */
  readonly now?: () => number
  /** A number from 0 to 1, that excluded; default `Math.random`. */
  readonly random?: () => number
}

/** What comparing two functions came to. */
export type BenchmarkResult =
  | {
      /** For this input, by its place in the list, they do not come to the same; nothing was timed. */
      readonly verdict: 'different results'
      readonly index: number
      readonly original: Outcome
      readonly optimized: Outcome
    }
  | {
      /** `no difference`: the interval holds 1. `too noisy`: it is so wide that it says nothing. */
      readonly verdict: 'faster' | 'slower' | 'no difference' | 'too noisy'
      /** How many times as fast the optimized function is, with a 95 % interval. */
      readonly speedup: Estimate
      /** Milliseconds that a call takes, medians; 0 where nothing was timed. */
      readonly originalMs: number
      readonly optimizedMs: number
      /** Bytes that a call allocates on the JavaScript heap; undefined where Node.js was not started with `--expose-gc`. */
      readonly originalBytes: number | undefined
      readonly optimizedBytes: number | undefined
      /** Calls that were timed. */
      readonly calls: number
    }

/**
 * Compares two functions that are meant to do the same: first what they return (or throw) for every input, then how long they take, in
 * turns, so that whatever else the machine does meets both.
 * @param inputs each is the argument of one call. Where calls change them, each call gets a copy; a function that makes them is for inputs
 *   that calls change and `structuredClone` cannot copy
 * @throws TypeError where there is nothing to call, or no input
 */
export async function benchmark<I, O>(
  original: Compared<I, O>,
  optimized: Compared<I, O>,
  inputs: readonly I[] | (() => readonly I[]),
  { timeMs = DEFAULT_MS, equal, signal, now = () => performance.now(), random = Math.random }: BenchmarkOptions = {},
): Promise<BenchmarkResult> {
  if (typeof original !== 'function' || typeof optimized !== 'function') throw new TypeError('benchmark() compares two functions.')
  const given = new Inputs(inputs)
  const expected = await outcomesOf(original, given.fresh())
  if (expected.length === 0) throw new TypeError('benchmark() needs one input at least.')
  const found = await outcomesOf(optimized, given.fresh())
  for (const [index, one] of expected.entries()) {
    const other = found[index] ?? { error: 'inputs() made fewer inputs the second time' }
    if (!sameOutcome(one, other, equal)) return { verdict: 'different results', index, original: one, optimized: other }
  }
  await given.watch(original)
  await given.watch(optimized)
  const { pairs, calls } = await pairedTimes(original, optimized, given, { now, random, timeMs, ...(signal && { signal }) })
  const speedup = ratioOf(pairs)
  return {
    verdict: verdictOf(speedup),
    speedup,
    originalMs: median(pairs.map((pair) => pair.original)),
    optimizedMs: median(pairs.map((pair) => pair.optimized)),
    originalBytes: await allocatedBytes(original, given),
    optimizedBytes: await allocatedBytes(optimized, given),
    calls,
  }
}

function verdictOf({ lower, upper }: Estimate): 'faster' | 'slower' | 'no difference' | 'too noisy' {
  if (lower > 1) return 'faster'
  if (upper < 1) return 'slower'
  return upper / lower > WIDEST ? 'too noisy' : 'no difference'
}
