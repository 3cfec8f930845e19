import type { CallSite } from '../call-site.ts'
import { announceSubject } from '../telemetry/subject-info.ts'
import { Cache } from './cache.ts'
import type { CacheEvent, CacheListener } from './events.ts'
import type { CacheSettings } from './options/options.ts'
import { subjectOf } from './registry.ts'
import { type CacheStats, Statistics } from './statistics.ts'

/** A cache that is open, and how to see what it has done. */
export interface OpenedCache {
  readonly cache: Cache
  readonly stats: () => CacheStats
}

/** Opens the storages of a cache, gives it its listener, and makes it known to telemetry. @param site where the agent made it */
export function openCache(settings: CacheSettings, site: CallSite | undefined): OpenedCache {
  const { name, namespace, backend } = settings
  let listener: CacheListener | undefined
  const storages = backend.open({
    ...settings,
    part: namespace,
    onEvict: (reason) => listener?.on({ type: 'evicted', reason, count: 1 }),
  })
  const tiers = { local: storages.local && 'memory', shared: storages.shared?.tier }
  const subject = subjectOf(name, backend.name, tiers)
  const own = namespace === undefined ? subject.statistics : new Statistics(subject.name, backend.name, tiers, false)
  listener = namespace === undefined ? own : both(own, subject.statistics)
  const cache = new Cache(settings, storages, listener, subject.tracker)
  subject.add(cache)
  announceSubject(subject.name, 'cache', site)
  return { cache, stats: () => own.snapshot(cache.table) }
}

/** In telemetry, a namespace counts with the others of its cache: their number has no bound. */
function both(first: CacheListener, second: CacheListener): CacheListener {
  return {
    on(event: CacheEvent) {
      first.on(event)
      // Keys of different namespaces are different ones, however they are spelled.
      if (event.type !== 'stored') second.on(event)
    },
  }
}
