import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace'
import type { Clock } from '../clock.ts'
import type { Overhead } from '../sampling/overhead.ts'
import { argumentsOf } from '../telemetry/span-arguments.ts'
import type { Defer } from './guarded.ts'
import { type RunSpan, runSpan, runTree, type SpanTimes, timesOf } from './run-span.ts'
import type { RunStatistics } from './run-statistics.ts'

/** Layer under which the cost is counted. */
const LAYER = 'runs'
/** Runs that are followed at a time, spans of one, and spans of all together. */
const MAX = { runs: 64, spansOfRun: 400, spans: 6_000 }
/** A run that has not ended after so long makes room for others. */
const LONGEST_MS = 3_600_000
/** What following runs may cost: a share of the time, and so much at once. */
const BUDGET = { share: 0.002, milliseconds: 20 }
const BYTES_PER_SPAN = 700

/** What it needs from the process. */
export interface RunProcessorOptions {
  readonly statistics: RunStatistics
  readonly clock: Clock
  readonly overhead: Pick<Overhead, 'add' | 'holds'>
  /** Does work when the agent's present work is done, and others had their turn. */
  readonly defer: Defer
}

interface Run {
  readonly rootId: string
  readonly epoch: readonly [number, number]
  readonly begunAt: number
  /** Whether its spans are kept; of the others only the duration is. */
  readonly isFollowed: boolean
  /** Milliseconds at which spans that have not ended were seen to begin. */
  readonly begins: Map<string, number>
  spans: RunSpan[]
  isTooLarge: boolean
}

/** A run that is being looked at, step by step. */
interface Looking {
  readonly steps: Generator<void>
  readonly spans: readonly RunSpan[]
}

/**
 * Follows runs by their spans: all that one process does below a root of its own. So many as the budget allows are looked at when they
 * have ended, off the way of the agent; each stands for those since the last one.
 */
export class RunProcessor implements SpanProcessor {
  readonly #options: RunProcessorOptions
  readonly #runs = new Map<string, Run>()
  readonly #ended: { readonly root: RunSpan; readonly spans: readonly RunSpan[] }[] = []
  readonly #free: () => void
  readonly #begunAt: number
  /** The run that is being looked at. */
  #looking: Looking | undefined
  #spans = 0
  #spentMs = 0
  #notFollowed = 0

  constructor(options: RunProcessorOptions) {
    this.#options = options
    this.#begunAt = options.clock.now()
    this.#free = options.overhead.holds(LAYER, () => this.#spans * BYTES_PER_SPAN)
  }

  onStart(span: Span): void {
    const { parentSpanContext: parent, startTime } = span
    const { traceId, spanId } = span.spanContext()
    const known = this.#runs.get(traceId)
    if (known !== undefined) {
      if (known.isFollowed && known.begins.size < MAX.spansOfRun) known.begins.set(spanId, this.#options.clock.now())
      return
    }
    if ((parent !== undefined && parent.isRemote !== true) || !this.#hasRoom()) return
    const now = this.#options.clock.now()
    this.#runs.set(traceId, {
      rootId: spanId,
      epoch: startTime,
      begunAt: now,
      isFollowed: this.#isAffordable(now),
      begins: new Map([[spanId, now]]),
      spans: [],
      isTooLarge: false,
    })
  }

  onEnd(span: ReadableSpan): void {
    const { traceId, spanId } = span.spanContext()
    const run = this.#runs.get(traceId)
    if (run === undefined) return
    const isRoot = spanId === run.rootId
    if (!run.isFollowed) return isRoot ? this.#end(traceId, run, span, this.#options.clock.now()) : undefined
    const start = this.#options.clock.now()
    if (isRoot) this.#end(traceId, run, span, start)
    else this.#keep(run, span, start)
    this.#spent(start)
  }

  /** Looks at all runs that have ended. */
  forceFlush(): Promise<void> {
    while (this.#looking !== undefined || this.#ended.length > 0) this.#look()
    return Promise.resolve()
  }

  shutdown(): Promise<void> {
    const flushed = this.forceFlush()
    this.#runs.clear()
    this.#spans = 0
    this.#free()
    return flushed
  }

  #keep(run: Run, span: ReadableSpan, now: number): void {
    if (run.isTooLarge) return
    if (run.spans.length >= MAX.spansOfRun || this.#spans >= MAX.spans) {
      run.isTooLarge = true
      this.#letGo(run.spans)
      run.spans = []
      return
    }
    const kept = runSpan(span, this.#timesOf(run, span, now), argumentsOf(span))
    if (kept === undefined) return
    run.spans.push(kept)
    this.#spans++
  }

  #end(traceId: string, run: Run, span: ReadableSpan, now: number): void {
    this.#runs.delete(traceId)
    const root = runSpan(span, this.#timesOf(run, span, now), undefined)
    if (root === undefined) return this.#letGo(run.spans)
    this.#options.statistics.ended(root.end)
    if (!run.isFollowed || run.isTooLarge) {
      this.#notFollowed++
      return
    }
    this.#ended.push({ root, spans: run.spans })
    if (this.#looking === undefined && this.#ended.length === 1) this.#options.defer(() => this.#lookOn())
  }

  #timesOf(run: Run, span: ReadableSpan, now: number): SpanTimes {
    const { spanId } = span.spanContext()
    const begun = run.begins.get(spanId)
    run.begins.delete(spanId)
    const seen = begun === undefined ? undefined : { start: (begun - run.begunAt) / 1_000, end: (now - run.begunAt) / 1_000 }
    return timesOf(span, run.epoch, seen)
  }

  #lookOn(): void {
    this.#look()
    if (this.#looking !== undefined || this.#ended.length > 0) this.#options.defer(() => this.#lookOn())
  }

  /** The next step of looking at runs. */
  #look(): void {
    const start = this.#options.clock.now()
    const looking = (this.#looking ??= this.#begin())
    if (looking?.steps.next().done === true) {
      this.#letGo(looking.spans)
      this.#looking = undefined
    }
    this.#spent(start)
  }

  #begin(): Looking | undefined {
    const run = this.#ended.shift()
    if (run === undefined) return undefined
    const weight = 1 + this.#notFollowed
    this.#notFollowed = 0
    return { steps: this.#options.statistics.look(runTree(run.root, run.spans), weight), spans: run.spans }
  }

  #hasRoom(): boolean {
    const [oldest] = this.#runs
    if (this.#runs.size < MAX.runs || oldest === undefined) return true
    const [traceId, run] = oldest
    if (this.#options.clock.now() - run.begunAt < LONGEST_MS) return false
    this.#letGo(run.spans)
    return this.#runs.delete(traceId)
  }

  #isAffordable(now: number): boolean {
    return this.#spentMs < BUDGET.milliseconds + BUDGET.share * (now - this.#begunAt)
  }

  #spent(start: number): void {
    const milliseconds = this.#options.clock.now() - start
    this.#spentMs += milliseconds
    this.#options.overhead.add(LAYER, milliseconds)
  }

  #letGo(spans: readonly RunSpan[]): void {
    this.#spans -= spans.length
  }
}
