import type { Clock } from '../clock.ts'
import { cache, calls } from '../contract/index.ts'
import { collectSources, type MetricSink } from '../telemetry/source.ts'

/** The sources are not asked again for so many times as long as it took: they take a fortieth of a percent of a core at most. */
const REST = 4_000

/**
 * Amounts that memory may go up and down with. To ask for them takes as long as a collection, milliseconds where hundreds of functions are
 * profiled: so they are not known all the time.
 */
export class MemoryCauses {
  readonly #clock: Clock
  #restUntil = -Infinity
  #cost = Infinity

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Calls under way, bytes of caches and entries of caches; undefined while the sources rest. */
  read(): readonly number[] | undefined {
    const start = this.#clock.now()
    if (start < this.#restUntil) return undefined
    const causes = readCauses()
    const end = this.#clock.now()
    // The lesser of two costs: one in which another process had its turn does not count.
    this.#restUntil = end + REST * Math.min(end - start, this.#cost)
    this.#cost = end - start
    return causes
  }
}

/**
 * As the SDK's own sources report them: calls of profiled functions under way,
 * bytes of caches whose bytes are bounded, entries of the others, those of other libraries included.
 */
function readCauses(): readonly number[] {
  let active = 0
  const bytes = new Map<unknown, number>()
  const entries = new Map<unknown, number>()
  const sink: MetricSink = {
    number(metric, attributes, value) {
      if (metric.name === calls.active.name) active += value
      const cacheName = Reflect.get(attributes, 'pitwall.cache.name')
      if (metric.name === cache.size.name) bytes.set(cacheName, value)
      if (metric.name === cache.entryCount.name) entries.set(cacheName, value)
    },
    histogram() {},
  }
  collectSources(sink)
  for (const name of bytes.keys()) entries.delete(name)
  return [active, sum(bytes), sum(entries)]
}

function sum(values: ReadonlyMap<unknown, number>): number {
  return [...values.values()].reduce((total, value) => total + value, 0)
}
