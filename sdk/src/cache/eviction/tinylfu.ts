import { copied } from '../slots/copied.ts'
import { FrequencySketch } from '../slots/frequency-sketch.ts'
import { WindowSegments } from '../slots/window-segments.ts'
import type { Eviction, EvictionPolicy } from './policy.ts'

/** Share of the entries in the window: what Einziger, Friedman and Manes (2017) found best on most traces. */
const WINDOW_SHARE = 0.01

/** W-TinyLFU: a new entry stays only if it came more often lately than the one that had to go for it. For scans and loops. */
export function tinylfu(): EvictionPolicy {
  return () => new TinyLfu(WINDOW_SHARE)
}

export { tinylfu as default }

/** W-TinyLFU with a window whose share of the entries can be changed at any time. */
export class TinyLfu implements Eviction {
  readonly frequencies = new FrequencySketch()
  readonly segments: WindowSegments
  #hashes = new Int32Array(0)

  constructor(windowShare: number) {
    this.segments = new WindowSegments(windowShare, (slot) => this.frequencies.countOf(this.hashOf(slot)))
  }

  hashOf(slot: number): number {
    return this.#hashes[slot] ?? 0
  }

  grow(capacity: number): void {
    this.segments.grow(capacity)
    this.frequencies.grow(capacity)
    this.#hashes = copied(this.#hashes, new Int32Array(capacity))
  }

  added(slot: number, hash: number): void {
    this.#hashes[slot] = hash
    this.frequencies.add(hash)
    this.segments.add(slot)
  }

  used(slot: number): void {
    this.frequencies.add(this.hashOf(slot))
    this.segments.use(slot)
  }

  replaced(slot: number): void {
    this.used(slot)
  }

  removed(slot: number): void {
    this.segments.remove(slot)
  }

  evict(): number {
    return this.segments.evict()
  }
}
