import { type Clock, systemClock } from '../clock.ts'
import { calls } from '../contract/index.ts'
import type { MetricSink, MetricSource } from '../telemetry/source.ts'
import { AdaptiveTiming } from './adaptive-timing.ts'
import { BLOCK_THRESHOLD_MS, blockedTime } from './blocked-time.ts'
import { callStack, UNTIMED } from './call-stack.ts'
import { CallHistory, type HistoryPoint, type HistorySettings } from './call-history.ts'
import { DurationHistogram, exportedCounts } from './duration-histogram.ts'
import type { FollowedFunction } from './followed-call.ts'
import { Figure, type FigureName } from './figure.ts'
import type { RepetitionTracking } from './repetition-tracking.ts'
import type { TimeSplit } from './time-split.ts'

/** An hour by minutes. */
export const defaultHistory: HistorySettings = { ageMs: 3_600_000, intervals: 60 }

/**
 * Duration of the call that is being counted, and when it ended. In a typed array, because V8 boxes a number with fractions that is handed
 * from function to function, which would be two objects a call.
 */
const handed = new Float64Array(2)

/** What is known of the calls of one function: plain numbers, counted since the process started. Times in milliseconds. */
export class CallStatistics implements MetricSource {
  /** Name under which the function is exported, bounded by a NameRegistry. */
  readonly name: string
  /** Whether the calls go through a cache of ours, which then follows their keys itself. */
  readonly cached: boolean
  readonly clock: Clock
  /** Promises of calls that are not settled yet. */
  active = 0
  /** Calls that threw or rejected. */
  errors = 0
  /** Durations of calls that held the event loop all the time, durations of the others, and the longest segments of those. */
  readonly synchronous = new DurationHistogram()
  readonly asynchronous = new DurationHistogram()
  readonly segments = new DurationHistogram()
  /** Sums of the durations, of their squares, and of the longest segments of asynchronous calls. */
  totalMs = 0
  squares = 0
  segmentsMs = 0
  /** Of the calls that were timed, since the start or the last `forget`. */
  minMs = Infinity
  maxMs = 0
  maxSegmentMs = 0
  /** What sections of this name were asked to measure besides time; undefined until one is. */
  figures: Map<FigureName, Figure> | undefined
  /** Follows the repetition of arguments, while this function is among those that it pays for. */
  tracking: RepetitionTracking | undefined
  /** Follows the calls through what they wait for, while that is to be known. */
  follower: FollowedFunction | undefined
  /** How their time divides between the event loop and waiting; undefined while nobody follows calls. */
  split: TimeSplit | undefined
  #history: CallHistory
  #historySettings: HistorySettings
  readonly #timing = new AdaptiveTiming()
  readonly #segmentTiming = new AdaptiveTiming()
  #counted = 0
  #synchronousCount = 0
  #segmentCount = 0
  #synchronousMs = 0
  #latestMs = 0
  #latestSegmentMs = 0

  constructor(name: string, cached: boolean, clock: Clock = systemClock, history: HistorySettings = defaultHistory) {
    this.name = name
    this.cached = cached
    this.clock = clock
    this.#historySettings = history
    this.#history = new CallHistory(history)
  }

  /** Calls that ended, timed or not. */
  get count(): number {
    return this.#counted + this.#timing.untimed
  }

  /** Those of them that were timed. */
  get timedCalls(): number {
    return this.#timing.timedCalls
  }

  /** Mean duration of a call, in milliseconds; 0 before the first has ended. */
  get meanMs(): number {
    return this.#counted === 0 ? 0 : this.totalMs / this.#counted
  }

  /** Whether the call that begins is counted only: it is so quick that looking at the clock would be most of it. */
  skips(): boolean {
    return this.#timing.skips()
  }

  /** A call begins; returns its place on the stack, for `ended` or `parted`. */
  begin(): number {
    const place = callStack.push()
    if (place === UNTIMED) return UNTIMED
    callStack.reported[place] = blockedTime.reported
    callStack.starts[place] = this.clock.now()
    return place
  }

  /** A call that held the event loop all the time is over. */
  ended(place: number): void {
    if (place === UNTIMED) {
      this.#timing.untimed++
      return
    }
    this.#held(place, 0)
  }

  /**
   * The part of a call that held the event loop is over, but not the call: returns how long the part was, or UNTIMED where the clock
   * was not looked at, because these parts are as quick as a look at it.
   * @param always whether to look at it all the same
   */
  parted(place: number, always: boolean = false): number {
    this.#timing.timeAll()
    if (place === UNTIMED) return UNTIMED
    callStack.pop(place)
    if (!always && this.#segmentTiming.skips()) return UNTIMED
    const milliseconds = this.clock.now() - (callStack.starts[place] ?? 0)
    if (milliseconds >= BLOCK_THRESHOLD_MS) this.blocked(milliseconds, callStack.reported[place] ?? 0)
    return milliseconds
  }

  /** Calls that held the event loop all the time: how long each did. */
  held(milliseconds: number, now: number, weight: number = 1): void {
    handed[0] = milliseconds
    handed[1] = now
    this.#held(UNTIMED, weight)
  }

  /**
   * What is in `handed`, or a call that ends now.
   * @param place of the call on the stack; else UNTIMED
   * @param given how many calls it was; 0 where that follows from how many were not timed
   */
  #held(place: number, given: number): void {
    if (place !== UNTIMED) this.#end(place)
    const milliseconds = handed[0] ?? 0
    const weight = given === 0 ? this.#timing.timed(handed) : given
    this.synchronous.record(handed, weight)
    this.#synchronousCount += weight
    this.#synchronousMs += milliseconds * weight
    if (milliseconds > this.maxSegmentMs) this.maxSegmentMs = milliseconds
    this.#latestMs = milliseconds
    this.#count(weight)
  }

  #end(place: number): void {
    const now = this.clock.now()
    callStack.pop(place)
    const milliseconds = now - (callStack.starts[place] ?? now)
    if (milliseconds >= BLOCK_THRESHOLD_MS) this.blocked(milliseconds, callStack.reported[place] ?? 0)
    handed[0] = milliseconds
    handed[1] = now
  }

  /**
   * A call is over that did not hold the event loop all the time.
   * @param start when it began; with `lasted`, when it began to be measured
   * @param segmentMs the longest time that it held the event loop, UNTIMED where the clock was not looked at; undefined where it cannot
   * be known
   * @param lasted its duration, where that is not the time since its start
   */
  settled(start: number, segmentMs: number | undefined, lasted?: number): void {
    const now = this.clock.now()
    if (segmentMs === UNTIMED) this.#segmentTiming.untimed++
    else if (segmentMs !== undefined) {
      handed[0] = segmentMs
      this.#segment(this.#segmentTiming.timed(handed))
    }
    handed[0] = lasted ?? now - start
    handed[1] = now
    this.asynchronous.record(handed, 1)
    this.#count(1)
  }

  #segment(weight: number): void {
    const milliseconds = handed[0] ?? 0
    this.segments.record(handed, weight)
    this.#segmentCount += weight
    this.segmentsMs += milliseconds * weight
    this.#latestSegmentMs = milliseconds
    if (milliseconds > this.maxSegmentMs) this.maxSegmentMs = milliseconds
  }

  #count(weight: number): void {
    const milliseconds = handed[0] ?? 0
    this.#counted += weight
    this.totalMs += milliseconds * weight
    this.squares += milliseconds * milliseconds * weight
    if (milliseconds < this.minMs) this.minMs = milliseconds
    if (milliseconds > this.maxMs) this.maxMs = milliseconds
    this.#history.add(weight, handed)
  }

  /**
   * Reports the event loop as blocked, where it was held for too long, less what profiled functions that were called meanwhile have reported.
   * @param reported what `blockedTime.reported` was before
   */
  blocked(milliseconds: number, reported: number): void {
    const own = milliseconds - (blockedTime.reported - reported)
    if (own >= BLOCK_THRESHOLD_MS) blockedTime.byFunction(this.name, own)
  }

  /** Gives the calls after the last timed one its duration, so that sums and histograms have every call that is counted. */
  flush(): void {
    const calls = this.#timing.untimed
    const segments = this.#segmentTiming.untimed
    this.#timing.untimed = 0
    this.#segmentTiming.untimed = 0
    if (calls > 0) this.held(this.#latestMs, this.clock.now(), calls)
    if (segments === 0) return
    handed[0] = this.#latestSegmentMs
    this.#segment(segments)
  }

  /** A figure of the sections of this name. */
  figure(name: FigureName): Figure {
    this.figures ??= new Map()
    const existing = this.figures.get(name)
    if (existing !== undefined) return existing
    const figure = new Figure()
    this.figures.set(name, figure)
    return figure
  }

  /** Calls by time, oldest first. */
  get history(): readonly HistoryPoint[] {
    return this.#history.points(this.clock.now())
  }

  /** Begins to remember calls by time anew. */
  remember(settings: HistorySettings = this.#historySettings): void {
    this.#historySettings = settings
    this.#history = new CallHistory(settings)
  }

  /** Forgets what only this process is told: extremes, figures, and calls by time. */
  forget(): void {
    this.minMs = Infinity
    this.maxMs = 0
    this.maxSegmentMs = 0
    this.figures = undefined
    this.remember()
  }

  collect(sink: MetricSink): void {
    this.flush()
    const { name, synchronous, asynchronous, segments } = this
    const attributes = { 'code.function.name': name, 'pitwall.function.cached': String(this.cached) }
    const durations = exportedCounts(calls.duration.buckets, synchronous, asynchronous)
    sink.histogram(calls.duration, attributes, { counts: durations, sum: this.totalMs / 1_000, count: this.#counted })
    sink.histogram(
      calls.blocking,
      { 'code.function.name': name },
      {
        counts: exportedCounts(calls.blocking.buckets, synchronous, segments),
        sum: (this.#synchronousMs + this.segmentsMs) / 1_000,
        count: this.#synchronousCount + this.#segmentCount,
      },
    )
    sink.number(calls.active, { 'code.function.name': name }, this.active)
    sink.number(calls.errors, { 'code.function.name': name }, this.errors)
  }
}
