import { sdk } from '@pitwall/sdk/contract'
import type { MetricSink, MetricSource } from '../../../../sdk/dist/telemetry/source.js'
import { noise, STEP_MS } from './simulated-process.ts'

/** What telemetry itself takes in a process: share of a core by profiler. */
export class SimulatedOverhead implements MetricSource {
  /** Milliseconds of all layers. */
  spentMs = 0
  readonly #shares: Map<string, number>
  readonly #seconds = new Map<string, number>()

  constructor(shares: Readonly<Record<string, number>>) {
    this.#shares = new Map(Object.entries(shares))
  }

  /** A profiler takes another share from now on; 0: it is left out. */
  set(layer: string, share: number): void {
    this.#shares.set(layer, share)
  }

  share(layer: string): number {
    return this.#shares.get(layer) ?? 0
  }

  step(load: number, random: () => number): void {
    for (const [layer, share] of this.#shares) {
      const seconds = (share * load * noise(random, 0.3) * STEP_MS) / 1_000
      this.spentMs += seconds * 1_000
      this.#seconds.set(layer, (this.#seconds.get(layer) ?? 0) + seconds)
    }
  }

  collect(sink: MetricSink): void {
    for (const [layer, seconds] of this.#seconds) {
      sink.number(sdk.overheadTime, { 'pitwall.sdk.layer': layer }, seconds)
      sink.number(sdk.layerRunning, { 'pitwall.sdk.layer': layer }, this.share(layer) > 0 ? 1 : 0)
    }
  }
}
