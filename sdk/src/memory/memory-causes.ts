import { cache, calls } from '../contract/index.ts'
import { collectSources, type MetricSink } from '../telemetry/source.ts'

/**
 * Amounts that memory may go up and down with, as the SDK's own sources report them: calls of profiled functions under way,
 * bytes of caches whose bytes are bounded, entries of the others, those of other libraries included.
 */
export function memoryCauses(): readonly number[] {
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
