import { FrequencySketch } from '../../../../sdk/src/cache/memory/slots/frequency-sketch.ts'
import { hashString } from '../../../../sdk/src/sampling/hash.ts'
import { ReferenceSegments } from '../memory/slots/reference-segments.ts'
import type { ReferencePolicy } from './reference.ts'

/** Segments as lists, and the same sketch, whose counts are tested by themselves. */
export class ReferenceTinyLfu implements ReferencePolicy {
  readonly #frequencies = new FrequencySketch()
  readonly #segments = new ReferenceSegments<string>(0.01, (key) => this.#frequencies.countOf(hashString(key)))

  constructor(maxEntries: number) {
    this.#frequencies.grow(maxEntries)
  }

  added(key: string): void {
    this.#frequencies.add(hashString(key))
    this.#segments.add(key)
  }

  used(key: string): void {
    this.#frequencies.add(hashString(key))
    this.#segments.use(key)
  }

  replaced(key: string): void {
    this.used(key)
  }

  removed(key: string): void {
    this.#segments.remove(key)
  }

  evict(): string | undefined {
    return this.#segments.evict()
  }
}
