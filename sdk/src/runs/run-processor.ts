import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace'
import type { Clock } from '../clock.ts'
import type { Overhead } from '../sampling/overhead.ts'
import { argumentsOf } from '../telemetry/span-arguments.ts'
import { type RunSpan, runSpan, runTree } from './run-span.ts'
import type { RunStatistics } from './run-statistics.ts'

/** Layer under which the cost is counted. */
const LAYER = 'runs'
/** Runs that are followed at a time, spans of one, and spans of all together: about 200 bytes each. */
const MAX = { runs: 64, spansOfRun: 1_000, spans: 10_000 }
/** A run that has not ended after so long makes room for others. */
const LONGEST_MS = 3_600_000
/** What following runs may cost: a share of the time, and so much at once. */
const BUDGET = { share: 0.002, milliseconds: 20 }
const BYTES_PER_SPAN = 200

/** What it needs from the process. */
export interface RunProcessorOptions {
  readonly statistics: RunStatistics
  readonly clock: Clock
  readonly overhead: Pick<Overhead, 'add' | 'holds'>
  /** Does work when the agent's present work is done. */
  readonly defer: (work: () => void) => void
}

interface Run {
  readonly rootId: string
  readonly epoch: readonly [number, number]
  readonly begunAt: number
  /** Whether its spans are kept; of the others only the duration is. */
  readonly isFollowed: boolean
  spans: RunSpan[]
  isTooLarge: boolean
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
    if (parent !== undefined && parent.isRemote !== true) return
    const { traceId, spanId } = span.spanContext()
    if (this.#runs.has(traceId) || !this.#hasRoom()) return
    const now = this.#options.clock.now()
    this.#runs.set(traceId, {
      rootId: spanId,
      epoch: startTime,
      begunAt: now,
      isFollowed: this.#isAffordable(now),
      spans: [],
      isTooLarge: false,
    })
  }

  onEnd(span: ReadableSpan): void {
    const { traceId, spanId } = span.spanContext()
    const run = this.#runs.get(traceId)
    if (run === undefined) return
    const isRoot = spanId === run.rootId
    if (!run.isFollowed) return isRoot ? this.#end(traceId, run, span) : undefined
    const start = this.#options.clock.now()
    if (isRoot) this.#end(traceId, run, span)
    else this.#keep(run, span)
    this.#spent(start)
  }

  /** Looks at all runs that have ended. */
  forceFlush(): Promise<void> {
    while (this.#ended.length > 0) this.#look()
    return Promise.resolve()
  }

  async shutdown(): Promise<void> {
    await this.forceFlush()
    this.#runs.clear()
    this.#spans = 0
    this.#free()
  }

  #keep(run: Run, span: ReadableSpan): void {
    if (run.isTooLarge) return
    if (run.spans.length >= MAX.spansOfRun || this.#spans >= MAX.spans) {
      run.isTooLarge = true
      this.#letGo(run.spans)
      run.spans = []
      return
    }
    const kept = runSpan(span, run.epoch, argumentsOf(span))
    if (kept === undefined) return
    run.spans.push(kept)
    this.#spans++
  }

  #end(traceId: string, run: Run, span: ReadableSpan): void {
    this.#runs.delete(traceId)
    const root = runSpan(span, run.epoch, undefined)
    if (root === undefined) return this.#letGo(run.spans)
    this.#options.statistics.ended(root.end)
    if (!run.isFollowed || run.isTooLarge) {
      this.#notFollowed++
      return
    }
    this.#ended.push({ root, spans: run.spans })
    this.#options.defer(() => this.#look())
  }

  #look(): void {
    const run = this.#ended.shift()
    if (run === undefined) return
    const start = this.#options.clock.now()
    const weight = 1 + this.#notFollowed
    this.#notFollowed = 0
    this.#options.statistics.add(runTree(run.root, run.spans), weight)
    this.#letGo(run.spans)
    this.#spent(start)
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
