import { eventLoop, heap, type NumberDefinition, runtime, system } from '@pitwall/sdk/contract'
import { BucketCounts } from '../../../../sdk/dist/sampling/bucket-counts.js'
import type { MetricSink, MetricSource } from '../../../../sdk/dist/telemetry/source.js'
import type { Service } from './service.ts'

/** One scavenge that was looked into. */
export interface Scavenge {
  readonly size: number
  readonly survived: number
  readonly promoted: number
  readonly isAtLimit: boolean
}

/** What a simulated process exports of itself: its event loop, its garbage collections, its memory. */
export class SimulatedProcess implements MetricSource {
  /** Levels that it exports, such as the limit of its heap. */
  readonly levels = new Map<NumberDefinition, number>()
  #service: Service
  #activeMs = 0
  #idleMs = 0
  #startedAt = 0
  #pauses = new Map<string, BucketCounts>()
  #turns = new BucketCounts(eventLoop.delay.buckets)
  #looked = { atLimit: 0, below: 0, freed: 0, survived: 0, promoted: 0 }

  constructor(service: Service) {
    this.#service = service
    service.add(this)
  }

  /** The process starts anew. */
  restart(now: number): void {
    this.#service.restart()
    this.#service.add(this)
    this.#startedAt = now
    this.#service.now = now
    this.#activeMs = this.#idleMs = 0
    this.#pauses = new Map()
    this.#turns = new BucketCounts(eventLoop.delay.buckets)
    this.#looked = { atLimit: 0, below: 0, freed: 0, survived: 0, promoted: 0 }
    this.levels.delete(heap.afterGc)
  }

  /** Time passes, in which its event loop is active for a while. */
  live(now: number, activeMs: number, idleMs: number): void {
    this.#service.now = now
    this.#activeMs += activeMs
    this.#idleMs += idleMs
  }

  /** One turn of its event loop. */
  turn(ms: number): void {
    this.#turns.record(ms / 1_000)
  }

  /** Garbage collections, all together of so many milliseconds. */
  collected(type: string, ms: number): void {
    const pauses = this.#pauses.get(type) ?? new BucketCounts(runtime.gcDuration.buckets)
    this.#pauses.set(type, pauses)
    pauses.record(ms / 1_000)
  }

  looked({ size, survived, promoted, isAtLimit }: Scavenge): void {
    if (isAtLimit) this.#looked.atLimit++
    else this.#looked.below++
    this.#looked.survived += survived
    this.#looked.promoted += promoted
    this.#looked.freed += size - survived - promoted
  }

  collect(sink: MetricSink): void {
    const { atLimit, below, freed, survived, promoted } = this.#looked
    sink.number(eventLoop.time, { 'nodejs.eventloop.state': 'active' }, this.#activeMs / 1_000)
    sink.number(eventLoop.time, { 'nodejs.eventloop.state': 'idle' }, this.#idleMs / 1_000)
    if (this.#turns.count > 0) sink.histogram(eventLoop.delay, {}, this.#turns)
    for (const [type, pauses] of this.#pauses) sink.histogram(runtime.gcDuration, { 'v8js.gc.type': type }, pauses)
    if (atLimit + below > 0) {
      sink.number(heap.scavengeSamples, { 'pitwall.heap.at_limit': 'true' }, atLimit)
      sink.number(heap.scavengeSamples, { 'pitwall.heap.at_limit': 'false' }, below)
      sink.number(heap.scavengeSize, { 'pitwall.gc.fate': 'freed' }, freed)
      sink.number(heap.scavengeSize, { 'pitwall.gc.fate': 'survived' }, survived)
      sink.number(heap.scavengeSize, { 'pitwall.gc.fate': 'promoted' }, promoted)
    }
    for (const [metric, value] of this.levels) sink.number(metric, {}, value)
    sink.number(system.uptime, {}, (this.#service.now - this.#startedAt) / 1_000)
  }
}

/** Time between two looks at a simulated process, milliseconds. */
export const STEP_MS = 10_000

/** Calls a function for every step that ends by a time, with the time of its end. */
export function inSteps(step: (now: number) => void): (until: number) => void {
  let now = 0
  return (until) => {
    for (; now + STEP_MS <= until; step(now)) now += STEP_MS
  }
}

/** A factor around 1 whose logarithm has this standard deviation. */
export function noise(random: () => number, spread: number): number {
  return Math.exp(spread * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()))
}
