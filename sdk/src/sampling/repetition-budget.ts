import type { Clock } from '../clock.ts'
import { OTHER } from '../names.ts'
import type { MetricSource } from '../telemetry/source.ts'
import type { CallStatistics } from './call-statistics.ts'
import { RepetitionTracking } from './repetition-tracking.ts'

/** Functions whose arguments are followed at a time, the costliest ones of the process: 16 × 130 KiB. */
const TRACKED = 16
/** Functions whose earlier counts are still exported although they are not followed any more. */
const REMEMBERED = 16
/** Below this mean duration, hashing the arguments would cost more than a cache could save. */
const MIN_MEAN_MS = 0.05
/** What tracking may cost, as a share of the function's own time, to begin with it and to go on with it. */
const AFFORDABLE = 0.01
const STILL_AFFORDABLE = 0.02
/** How much costlier a function must be to take the place of one that is followed. */
const HYSTERESIS = 1.5
const RANKING_INTERVAL_MS = 30_000
const FIRST_LOOK = 4
const LOOK_EVERY = 256

/** Decides whose arguments are followed: the functions that take most of the process's time, where it costs next to nothing. */
export class RepetitionBudget implements MetricSource {
  readonly #clock: Clock
  readonly #functions: Candidate[] = []
  #rankedAt: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#rankedAt = clock.now()
  }

  /** A function to be considered: not one whose cache follows its keys already, nor the many that go by `other`. */
  add(statistics: CallStatistics): void {
    if (!statistics.cached && statistics.name !== OTHER)
      this.#functions.push({ statistics, totalMsBefore: 0, tracking: undefined, endedAt: 0 })
  }

  /**
   * To be called after a call: takes a function in as soon as there is a place for it, and lets it go as soon as it turns out to be
   * quick: the first calls run before it is compiled.
   */
  consider(statistics: CallStatistics): void {
    if (statistics.count % LOOK_EVERY === FIRST_LOOK) this.#look(statistics)
  }

  #look(statistics: CallStatistics): void {
    const candidate = this.#functions.find((one) => one.statistics === statistics)
    if (candidate === undefined) return
    if (isTracked(candidate)) {
      if (!isAffordable(candidate)) this.#end(candidate, this.#clock.now())
    } else if (isAffordable(candidate) && this.#functions.filter(isTracked).length < TRACKED) this.#begin(candidate)
  }

  /** Ranks anew when the last time is long ago. Exports nothing itself. */
  collect(): void {
    const now = this.#clock.now()
    if (now - this.#rankedAt < RANKING_INTERVAL_MS) return
    this.#rankedAt = now
    const ranked = this.#functions.filter(isAffordable).toSorted((a, b) => worth(b) - worth(a))
    const chosen = new Set(ranked.slice(0, TRACKED))
    for (const candidate of this.#functions) {
      candidate.totalMsBefore = candidate.statistics.totalMs
      if (isTracked(candidate) && !chosen.has(candidate)) this.#end(candidate, now)
    }
    for (const candidate of chosen) if (!isTracked(candidate)) this.#begin(candidate)
  }

  #begin(candidate: Candidate): void {
    candidate.tracking ??= new RepetitionTracking(candidate.statistics.name, this.#clock)
    candidate.statistics.tracking = candidate.tracking
  }

  #end(candidate: Candidate, now: number): void {
    candidate.statistics.tracking = undefined
    candidate.endedAt = now
    const ended = this.#functions.filter((one) => one.tracking !== undefined && !isTracked(one))
    for (const oldest of ended.toSorted((a, b) => b.endedAt - a.endedAt).slice(REMEMBERED)) {
      oldest.tracking?.end()
      oldest.tracking = undefined
    }
  }
}

interface Candidate {
  readonly statistics: CallStatistics
  totalMsBefore: number
  tracking: RepetitionTracking | undefined
  endedAt: number
}

function isTracked({ statistics }: Candidate): boolean {
  return statistics.tracking !== undefined
}

function isAffordable(candidate: Candidate): boolean {
  const { statistics, tracking } = candidate
  const share = isTracked(candidate) ? STILL_AFFORDABLE : AFFORDABLE
  return statistics.meanMs >= MIN_MEAN_MS && (tracking?.costMs ?? 0) <= statistics.meanMs * share
}

/** Milliseconds that the function took since the last ranking, more for one that is followed already. */
function worth(candidate: Candidate): number {
  return (candidate.statistics.totalMs - candidate.totalMsBefore) * (isTracked(candidate) ? HYSTERESIS : 1)
}
