import type { Inputs } from './inputs.ts'
import type { Compared } from './outcome.ts'

/** A batch lasts at least so long, milliseconds: a thousand times what a clock tells apart. */
const BATCH_MS = 2
/** Calls of a batch: as many inputs are held ready. */
const MOST_CALLS = 100_000
/** Share of the time that goes before, until V8 has compiled both and memory has grown to its size. */
const WARM_UP = 0.2
/** Pairs that are measured although the time is over, and for how many times as long at most. */
const FEWEST_PAIRS = 10
const PATIENCE = 4

/** Milliseconds a call, of both functions, right after each other. */
export interface Pair {
  readonly original: number
  readonly optimized: number
}

/** What measuring needs. */
export interface Measuring {
  /** Milliseconds on a clock that only rises. */
  readonly now: () => number
  /** A number from 0 to 1, that excluded: which of the two comes first is left to chance. */
  readonly random: () => number
  /** How long it is to take, in milliseconds; up to four times as long where that is not enough for ten pairs. */
  readonly timeMs: number
  /** Aborted: what was measured so far has to do. */
  readonly signal?: AbortSignal
}

/** Pairs of times, and the calls that they took. */
export interface PairedTimes {
  readonly pairs: readonly Pair[]
  readonly calls: number
}

/** Times two functions in turns, so that what else the machine does meets both. */
export async function pairedTimes<I, O>(
  original: Compared<I, O>,
  optimized: Compared<I, O>,
  inputs: Inputs<I>,
  { now, random, timeMs, signal }: Measuring,
): Promise<PairedTimes> {
  const start = now()
  const isOver = (share: number) => signal?.aborted === true || now() - start >= share * timeMs
  const [one, other] = [new Batches(original, inputs, now), new Batches(optimized, inputs, now)]
  do {
    await one.grow()
    await other.grow()
  } while (!isOver(WARM_UP))
  const pairs: Pair[] = []
  const before = one.calls + other.calls
  while (!isOver(pairs.length < FEWEST_PAIRS ? PATIENCE : 1)) {
    const originalFirst = random() < 0.5
    const first = await (originalFirst ? one : other).time()
    const second = await (originalFirst ? other : one).time()
    pairs.push(originalFirst ? { original: first, optimized: second } : { original: second, optimized: first })
  }
  return { pairs, calls: one.calls + other.calls - before }
}

/** Batches of calls of one function, long enough to be timed; each goes on with the inputs where the last one ended. */
class Batches<I, O> {
  calls = 0
  readonly #fn: Compared<I, O>
  readonly #inputs: Inputs<I>
  readonly #now: () => number
  #size = 1

  constructor(fn: Compared<I, O>, inputs: Inputs<I>, now: () => number) {
    this.#fn = fn
    this.#inputs = inputs
    this.#now = now
  }

  /** Times a batch, and makes the next one twice as large where it was too short. */
  async grow(): Promise<void> {
    if ((await this.time()) * this.#size < BATCH_MS && this.#size < MOST_CALLS) this.#size *= 2
  }

  /** Milliseconds a call of one batch. */
  async time(): Promise<number> {
    const inputs = this.#inputs.forCalls(this.#size, this.calls)
    const start = this.#now()
    for (const input of inputs) {
      try {
        const result = this.#fn(input)
        if (typeof result === 'object' && result !== null && 'then' in result) await result
      } catch {
        // It was compared before: the other one fails in the same way.
      }
    }
    const milliseconds = this.#now() - start
    this.calls += inputs.length
    return milliseconds / inputs.length
  }
}
