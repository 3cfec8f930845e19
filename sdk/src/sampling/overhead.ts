import { type Clock, systemClock } from '../clock.ts'
// Not by the index of the contract: `register` loads this first, and would load all its families.
import { sdk } from '../contract/sdk.ts'
import { telemetryTime } from '../telemetry/own-time.ts'
import { addSource, type MetricSink, type MetricSource } from '../telemetry/source.ts'

/** What the SDK takes for itself, by layer: time on the agent's thread, CPU time of threads of its own, and memory. */
export class Overhead implements MetricSource {
  readonly #clock: Clock
  readonly #layers = new Map<string, number>()
  readonly #readings = new Set<Reading>()
  readonly #holdings = new Set<Reading>()

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
    this.#layers.set(layer, (this.#layers.get(layer) ?? 0) + milliseconds)
  }

  /**
   * A layer that knows its time only as a sum: of calls that are too many to be timed, or of a thread.
   * @param milliseconds reads the time up to now; it never falls
   * @returns ends the reading; what was read stays counted
   */
  reads(layer: string, milliseconds: () => number): () => void {
    const reading = { layer, read: milliseconds }
    this.#readings.add(reading)
    return () => {
      if (this.#readings.delete(reading)) this.add(layer, milliseconds())
    }
  }

  /**
   * A layer that keeps memory for as long as it runs.
   * @param bytes reads what it holds now
   * @returns says that it holds nothing any more
   */
  holds(layer: string, bytes: () => number): () => void {
    const holding = { layer, read: bytes }
    this.#holdings.add(holding)
    return () => void this.#holdings.delete(holding)
  }

  /** Milliseconds that a layer has taken since the process started. */
  ofLayer(layer: string): number {
    return this.byLayer().get(layer) ?? 0
  }

  /** The same of every layer. */
  byLayer(): ReadonlyMap<string, number> {
    return read(this.#readings, new Map(this.#layers))
  }

  /** Bytes that all layers hold, as far as they say so. */
  get heldBytes(): number {
    return [...read(this.#holdings).values()].reduce((sum, bytes) => sum + bytes, 0)
  }

  collect(sink: MetricSink): void {
    for (const [layer, milliseconds] of this.byLayer()) sink.number(sdk.overheadTime, { 'pitwall.sdk.layer': layer }, milliseconds / 1_000)
    for (const [layer, bytes] of read(this.#holdings)) sink.number(sdk.memoryUsage, { 'pitwall.sdk.layer': layer }, bytes)
  }
}

interface Reading {
  readonly layer: string
  readonly read: () => number
}

function read(readings: Iterable<Reading>, sums: Map<string, number> = new Map()): Map<string, number> {
  for (const { layer, read } of readings) sums.set(layer, (sums.get(layer) ?? 0) + read())
  return sums
}

/** What the SDK costs this process, or this thread of it. */
export const overhead = new Overhead(systemClock)
addSource(overhead)
overhead.reads('collection', () => telemetryTime.collection)
overhead.reads('export', () => telemetryTime.export)
