import { type Clock, systemClock } from '../clock.ts'
import { sdk } from '../contract/index.ts'
import { addSource, type MetricSink, type MetricSource } from '../telemetry/source.ts'

/** Time that the SDK took for itself, by layer: on the agent's thread, and CPU time of threads of its own. */
export class Overhead implements MetricSource {
  readonly #clock: Clock
  readonly #layers = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Does work of a layer and counts its time. Not for promises: they wait. */
  time<T>(layer: string, work: () => T): T {
    const start = this.#clock.now()
    try {
      return work()
    } finally {
      this.add(layer, this.#clock.now() - start)
    }
  }

  /** A layer took so many milliseconds. */
  add(layer: string, milliseconds: number): void {
    this.#layers.set(layer, this.ofLayer(layer) + milliseconds)
  }

  /** Milliseconds that a layer has taken since the process started. */
  ofLayer(layer: string): number {
    return this.#layers.get(layer) ?? 0
  }

  collect(sink: MetricSink): void {
    for (const [layer, milliseconds] of this.#layers) sink.number(sdk.overheadTime, { 'pitwall.sdk.layer': layer }, milliseconds / 1_000)
  }
}

/** What the SDK costs this process. */
export const overhead = new Overhead(systemClock)
addSource(overhead)
