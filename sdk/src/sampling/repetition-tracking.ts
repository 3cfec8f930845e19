import type { Clock } from '../clock.ts'
import { addSource } from '../telemetry/source.ts'
import { hashArguments } from './hash.ts'
import { overhead } from './overhead.ts'
import { ResultChecks } from './result-checks.ts'
import { ReuseTracker } from './reuse-tracker.ts'

/** One call in so many is timed, to know what tracking costs. */
const TIMED = 16
/** Share of the earlier mean cost that stays when a new one is measured: one slow measurement decides nothing. */
const KEPT = 0.9
const ALL = 2 ** 32
/** Where the cost is counted. One that is longer than this was interrupted: it would be counted as many times over as one is timed. */
const LAYER = 'repetition'
const LONGEST_MS = 0.2
/** What following one function takes: the keys of its tracker, and the results to compare with. */
const BYTES = 130 * 1_024
const SMALLEST_SHARE = 1 / 16

/** Follows the arguments of one function: how often they repeat, and whether repeated calls return the same. */
export class RepetitionTracking {
  /** Mean cost of tracking one call, in milliseconds. */
  costMs = 0
  readonly #clock: Clock
  readonly #tracker: ReuseTracker
  readonly #checks = new ResultChecks()
  readonly #forget: () => void
  readonly #free = overhead.holds(LAYER, () => BYTES)
  #calls = 0
  #checkMs = 0
  /** Results are compared for arguments with a smaller hash. */
  #resultsBelow = ALL

  /** @param subject name of the function, bounded by a NameRegistry */
  constructor(subject: string, clock: Clock) {
    this.#clock = clock
    this.#tracker = new ReuseTracker({ subject, kind: 'function', clock })
    this.#forget = addSource(this.#tracker)
  }

  /** A call begins; returns the hash of its arguments, to be handed to `returned`. */
  called(args: readonly unknown[]): number {
    const start = this.#calls++ % TIMED === 0 ? this.#clock.now() : undefined
    const hash = hashArguments(args)
    if (this.#tracker.wants(hash)) this.#tracker.record(hash)
    else this.#tracker.skip()
    if (start !== undefined) this.#timed(this.#clock.now() - start)
    return hash
  }

  /**
   * The call returned this, or its promise resolved to it.
   * @param argumentsHash what `called` returned
   * @param budgetMs what comparing results may cost on average; when it costs more, fewer are compared
   */
  returned(argumentsHash: number, result: unknown, budgetMs: number): void {
    if (argumentsHash >= this.#resultsBelow) return
    const start = this.#clock.now()
    const same = this.#checks.check(argumentsHash, result)
    if (same !== undefined) this.#tracker.check(same)
    const elapsed = this.#clock.now() - start
    this.#checkMs = smooth(this.#checkMs, elapsed)
    overhead.add(LAYER, elapsed)
    this.#resultsBelow = ALL * Math.max(SMALLEST_SHARE, Math.min(1, budgetMs / this.#checkMs))
  }

  /** Ends the export of what was tracked. */
  end(): void {
    this.#forget()
    this.#free()
  }

  #timed(elapsed: number): void {
    this.costMs = smooth(this.costMs, elapsed)
    overhead.add(LAYER, Math.min(elapsed, LONGEST_MS) * TIMED)
  }
}

function smooth(mean: number, measured: number): number {
  return mean * KEPT + measured * (1 - KEPT)
}
