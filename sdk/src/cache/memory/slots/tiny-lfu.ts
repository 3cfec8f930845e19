import type { Eviction } from '../../eviction/policy.ts'
import { copied } from './copied.ts'
import { FrequencySketch } from './frequency-sketch.ts'
import { WindowSegments } from './window-segments.ts'

/** W-TinyLFU (Einziger, Friedman and Manes 2017) with a window whose share of the entries may change at any time. */
export class TinyLfu implements Eviction {
  readonly frequencies: FrequencySketch = new FrequencySketch()
  readonly segments: WindowSegments
  #hashes = new Int32Array(0)

  /** @param windowShare share of the entries that the window holds to begin with, 0 to 1 */
  constructor(windowShare: number) {
    this.segments = new WindowSegments(windowShare, (slot) => this.frequencies.countOf(this.hashOf(slot)))
  }

  /** Hash of the key in a slot. */
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
