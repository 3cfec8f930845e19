import type { GCProfilerResult } from 'node:v8'
import { heap } from '../contract/index.ts'
import type { MetricSink, MetricSource } from '../telemetry/source.ts'

/** A new space grows in doublings: above this share of its limit it is at it (Node 26 holds a little less than the whole). */
const AT_LIMIT = 0.75

/**
 * What scavenges did, from the statistics that V8 takes before and after each. Freed, survived and promoted bytes are of
 * the new space alone: objects that are allocated in the old space directly do not count.
 */
export class Scavenges implements MetricSource {
  readonly #limit: number | undefined
  #atLimit = 0
  #below = 0
  #freed = 0
  #survived = 0
  #promoted = 0

  /** @param semiSpaceLimit bytes that a semi-space may grow to; undefined where it is not known, and then no scavenge counts as at it */
  constructor(semiSpaceLimit: number | undefined) {
    this.#limit = semiSpaceLimit
  }

  add({ statistics }: Pick<GCProfilerResult, 'statistics'>): void {
    for (const { gcType, beforeGC, afterGC } of statistics) {
      if (gcType !== 'Scavenge') continue
      const before = spaceOf(beforeGC.heapSpaceStatistics, 'new_space')
      const after = spaceOf(afterGC.heapSpaceStatistics, 'new_space')
      if (before === undefined || after === undefined) continue
      const used = before.spaceUsedSize
      const survived = Math.min(after.spaceUsedSize, used)
      // In a scavenge these spaces grow by what is promoted, and by nothing else.
      const grown = oldBytes(afterGC.heapSpaceStatistics) - oldBytes(beforeGC.heapSpaceStatistics)
      const promoted = Math.min(Math.max(0, grown), used - survived)
      this.#survived += survived
      this.#promoted += promoted
      this.#freed += used - survived - promoted
      if (this.#limit !== undefined && before.spaceSize >= AT_LIMIT * 2 * this.#limit) this.#atLimit++
      else this.#below++
    }
  }

  collect(sink: MetricSink): void {
    if (this.#limit !== undefined) {
      sink.number(heap.scavengeSamples, { 'pitwall.heap.at_limit': 'true' }, this.#atLimit)
      sink.number(heap.scavengeSamples, { 'pitwall.heap.at_limit': 'false' }, this.#below)
    } else sink.number(heap.scavengeSamples, {}, this.#below)
    sink.number(heap.scavengeSize, { 'pitwall.gc.fate': 'freed' }, this.#freed)
    sink.number(heap.scavengeSize, { 'pitwall.gc.fate': 'survived' }, this.#survived)
    sink.number(heap.scavengeSize, { 'pitwall.gc.fate': 'promoted' }, this.#promoted)
  }
}

function spaceOf<S extends { readonly spaceName: string }>(spaces: readonly S[], name: string): S | undefined {
  return spaces.find(({ spaceName }) => spaceName === name)
}

function oldBytes(spaces: readonly { readonly spaceName: string; readonly spaceUsedSize: number }[]): number {
  return (spaceOf(spaces, 'old_space')?.spaceUsedSize ?? 0) + (spaceOf(spaces, 'trusted_space')?.spaceUsedSize ?? 0)
}
