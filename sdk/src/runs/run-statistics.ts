import { runs } from '../contract/runs.ts'
import { NameRegistry, OTHER } from '../names.ts'
import { BucketCounts } from '../sampling/bucket-counts.ts'
import type { MetricSink, MetricSource } from '../telemetry/source.ts'
import { type Patterns, patternsOf } from './patterns.ts'
import { type Scenario, timeSaved } from './replay.ts'
import type { RunSpan } from './run-span.ts'
import { SlowRepeats } from './slow-repeats.ts'

/** Functions that one process tells apart here: each has up to 21 series. */
const MAX_FUNCTIONS = 50
/** Of one run, so many functions are replayed: the costliest. */
const REPLAYED = 8

type PatternName = 'all' | 'sequential' | 'repeated' | 'retry' | 'recovered' | 'identical' | 'after_slow' | 'slow_again'
type ScenarioName = 'concurrent' | 'batched' | 'once' | 'without_failed_retries' | 'hits_25' | 'hits_50' | 'hits_75' | 'hits_100'

/** Shares of the calls that would be hits. */
const hits: readonly (readonly [ScenarioName, number])[] = [
  ['hits_25', 0.25],
  ['hits_50', 0.5],
  ['hits_75', 0.75],
  ['hits_100', 1],
]

/** What is counted of one function. */
class Counts {
  readonly calls = new Map<PatternName, number>()
  readonly groups = new Map<PatternName, number>()
  readonly saved = new Map<ScenarioName, number>()
}

/** What the runs of this process are like: plain sums, counted since it started. */
export class RunStatistics implements MetricSource {
  readonly #random: () => number
  readonly #names = new NameRegistry(MAX_FUNCTIONS)
  readonly #functions = new Map<string, Counts>()
  readonly #slowRepeats = new SlowRepeats()
  readonly #durations = new BucketCounts(runs.duration.buckets)

  /** @param random decides which calls are hits: numbers from 0 to below 1 */
  constructor(random: () => number) {
    this.#random = random
  }

  /** A run took so many seconds. */
  ended(seconds: number): void {
    this.#durations.record(seconds)
  }

  /**
   * Looks at a run, in steps of which none holds the event loop for long: one for each function.
   * @param weight how many runs it stands for
   */
  *look(root: RunSpan, weight: number): Generator<void> {
    const ordered = new Map<RunSpan, readonly RunSpan[]>()
    const costliest = [...patternsOf(root)].toSorted(([, a], [, b]) => b.seconds - a.seconds).slice(0, REPLAYED)
    for (const [name, patterns] of costliest) {
      const bounded = this.#names.admit(name)
      // What others together do could be changed by nobody.
      if (bounded === OTHER) continue
      yield
      this.#addFunction(this.#countsOf(bounded), patterns, weight, (scenario) => timeSaved(root, scenario, ordered))
    }
  }

  collect(sink: MetricSink): void {
    if (this.#durations.count === 0) return
    sink.histogram(runs.duration, {}, this.#durations)
    for (const [name, { calls, groups, saved }] of this.#functions) {
      const ofFunction = { 'code.function.name': name }
      for (const [pattern, count] of calls) sink.number(runs.calls, { ...ofFunction, 'pitwall.run.pattern': pattern }, count)
      for (const [pattern, count] of groups) sink.number(runs.groups, { ...ofFunction, 'pitwall.run.pattern': pattern }, count)
      for (const [scenario, seconds] of saved) sink.number(runs.savedTime, { ...ofFunction, 'pitwall.run.scenario': scenario }, seconds)
    }
  }

  #addFunction(
    counts: Counts,
    { calls, sequential, repeated, retries, identical }: Patterns,
    weight: number,
    saved: (scenario: Scenario) => number,
  ): void {
    const count = (pattern: PatternName, groups: readonly (readonly RunSpan[])[]): void => {
      if (groups.length === 0) return
      add(counts.groups, pattern, groups.length * weight)
      add(counts.calls, pattern, groups.flat().length * weight)
    }
    const replay = (scenario: ScenarioName, change: Scenario): void => add(counts.saved, scenario, saved(change) * weight)
    // Who does not try again does not wait for it either.
    const pauses = new Map(
      retries.flatMap((group) => group.slice(1).map((span, index) => [span, span.start - (group[index]?.end ?? span.start)])),
    )
    const leaveOut = (scenario: ScenarioName, without: readonly RunSpan[]): void => {
      const left = new Set(without)
      if (left.size > 0) replay(scenario, { duration: (span) => (left.has(span) ? 0 - (pauses.get(span) ?? 0) : undefined) })
    }

    add(counts.calls, 'all', calls.length * weight)
    const { afterSlow, slowAgain } = this.#slowRepeats.look(calls)
    // Of these the share counts, and how many it is known from.
    if (afterSlow > 0) add(counts.calls, 'after_slow', afterSlow)
    if (slowAgain > 0) add(counts.calls, 'slow_again', slowAgain)
    count('sequential', sequential)
    count('repeated', repeated)
    count(
      'retry',
      retries.map((group) => group.slice(1)),
    )
    count(
      'recovered',
      retries.filter((group) => group.at(-1)?.hasFailed === false).map((group) => group.slice(-1)),
    )
    count('identical', identical)
    if (sequential.length > 0) replay('concurrent', { chains: sequential })
    leaveOut('batched', repeated.flatMap(allButLongest))
    leaveOut(
      'without_failed_retries',
      retries.flatMap((group) => group.slice(1).filter(({ hasFailed }) => hasFailed)),
    )
    leaveOut(
      'once',
      identical.flatMap((group) => group.slice(1)),
    )
    const own = new Set(calls)
    for (const [scenario, share] of hits) {
      replay(scenario, { duration: (span) => (own.has(span) && this.#random() < share ? 0 - (pauses.get(span) ?? 0) : undefined) })
    }
  }

  #countsOf(name: string): Counts {
    let counts = this.#functions.get(name)
    if (counts === undefined) this.#functions.set(name, (counts = new Counts()))
    return counts
  }
}

function allButLongest(group: readonly RunSpan[]): readonly RunSpan[] {
  const longest = Math.max(...group.map(({ start, end }) => end - start))
  const kept = group.find(({ start, end }) => end - start === longest)
  return group.filter((span) => span !== kept)
}

function add<K>(sums: Map<K, number>, key: K, amount: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amount)
}
