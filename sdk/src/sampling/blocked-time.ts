import { runtime } from '../contract/index.ts'
import { OTHER } from '../names.ts'
import { addSource, type MetricSink, type MetricSource } from '../telemetry/source.ts'

/** Milliseconds that the event loop may be held at a time; only what holds it for longer is counted. */
export const BLOCK_THRESHOLD_MS = 50

/** Who held the event loop, and for how long: profiled functions report their own share, the event-loop profiler the rest. */
export class BlockedTime implements MetricSource {
  readonly #byFunction = new Map<string, number>()
  #byCollector = 0
  /** Milliseconds that profiled functions have reported so far. */
  reported = 0

  /** A profiled function, by its bounded name, held the loop for so many milliseconds. */
  byFunction(name: string, milliseconds: number): void {
    this.reported += milliseconds
    this.#add(name, milliseconds)
  }

  /** Code outside any profiled function held the loop. */
  byOthers(milliseconds: number): void {
    this.#add(OTHER, milliseconds)
  }

  /** Garbage collection held the loop. */
  byCollector(milliseconds: number): void {
    this.#byCollector += milliseconds
  }

  collect(sink: MetricSink): void {
    for (const [name, milliseconds] of this.#byFunction)
      sink.number(runtime.blockedTime, { 'pitwall.cause': 'code', 'code.function.name': name }, milliseconds / 1_000)
    if (this.#byCollector > 0) sink.number(runtime.blockedTime, { 'pitwall.cause': 'gc' }, this.#byCollector / 1_000)
  }

  #add(name: string, milliseconds: number): void {
    this.#byFunction.set(name, (this.#byFunction.get(name) ?? 0) + milliseconds)
  }
}

/** The blocked time of this process. */
export const blockedTime = new BlockedTime()
addSource(blockedTime)
