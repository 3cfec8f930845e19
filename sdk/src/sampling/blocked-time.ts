import { runtime } from '../contract/index.ts'
import { OTHER } from '../names.ts'
import { addSource, type AttributesOf, type MetricSink, type MetricSource } from '../telemetry/source.ts'

/** Milliseconds that the event loop may be held at a time; only what holds it for longer is counted. */
export const BLOCK_THRESHOLD_MS = 50

/** Reports that are kept. */
const RECENT = 16

/** That the loop was held for so long, and until when. */
interface Report {
  readonly endedAt: number
  readonly milliseconds: number
}

/** What is known of one holder of the loop. */
interface Held {
  milliseconds: number
  blocks: number
}

/**
 * Who held the event loop, and for how long: profiled functions report their own share, the watchdog the functions and the
 * host that it has caught, the event-loop profiler the rest. Blocks are counted where each one is known by itself.
 */
export class BlockedTime implements MetricSource {
  readonly #byFunction = new Map<string, Held>()
  readonly #byCollector: Held = { milliseconds: 0, blocks: 0 }
  readonly #byHost: Held = { milliseconds: 0, blocks: 0 }
  #recent: readonly Report[] = []
  /** Milliseconds that have been reported so far, and are not to be counted again as the rest. */
  reported = 0

  /**
   * A function, by its bounded name, held the loop for so many milliseconds.
   * @param endedAt when that was over, on the clock of `performance.now()`; default: now
   */
  byFunction(name: string, milliseconds: number, endedAt?: number): void {
    this.#report(milliseconds, endedAt)
    add(this.#ofFunction(name), milliseconds, 1)
  }

  /** The host kept the process from running for so many milliseconds, in so many blocks of its own. */
  byHost(milliseconds: number, blocks: number, endedAt?: number): void {
    this.#report(milliseconds, endedAt)
    add(this.#byHost, milliseconds, blocks)
  }

  /** Milliseconds that have been reported of what was over in a stretch of time, unless very many have been reported since. */
  reportedBetween(startMs: number, endMs: number): number {
    const inside = this.#recent.filter(({ endedAt }) => endedAt > startMs && endedAt <= endMs)
    return inside.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
  }

  /** Code that nobody can name held the loop. */
  byOthers(milliseconds: number): void {
    add(this.#ofFunction(OTHER), milliseconds, 0)
  }

  /** Garbage collection held the loop. */
  byCollector(milliseconds: number): void {
    add(this.#byCollector, milliseconds, 0)
  }

  /** A block was garbage collection, whose time is reported by itself. */
  blockOfCollector(): void {
    add(this.#byCollector, 0, 1)
  }

  collect(sink: MetricSink): void {
    for (const [name, held] of this.#byFunction) write(sink, { 'pitwall.cause': 'code', 'code.function.name': name }, held)
    write(sink, { 'pitwall.cause': 'gc' }, this.#byCollector)
    write(sink, { 'pitwall.cause': 'host' }, this.#byHost)
  }

  #report(milliseconds: number, endedAt: number = performance.now()): void {
    this.reported += milliseconds
    this.#recent = [...this.#recent, { endedAt, milliseconds }].slice(-RECENT)
  }

  #ofFunction(name: string): Held {
    const known = this.#byFunction.get(name)
    if (known !== undefined) return known
    const held = { milliseconds: 0, blocks: 0 }
    this.#byFunction.set(name, held)
    return held
  }
}

function add(held: Held, milliseconds: number, blocks: number): void {
  held.milliseconds += milliseconds
  held.blocks += blocks
}

function write(sink: MetricSink, attributes: AttributesOf<typeof runtime.blockedTime>, { milliseconds, blocks }: Held): void {
  if (milliseconds > 0) sink.number(runtime.blockedTime, attributes, milliseconds / 1_000)
  if (blocks > 0) sink.number(runtime.blocks, attributes, blocks)
}

/** The blocked time of this process. */
export const blockedTime = new BlockedTime()
addSource(blockedTime)
