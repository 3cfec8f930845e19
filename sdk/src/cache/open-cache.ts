import { callSite } from '../call-site.ts'
import { announceSubject } from '../telemetry/subject-info.ts'
import { Cache } from './cache.ts'
import { type CacheHandle, handleOf } from './handle.ts'
import type { CacheSettings } from './options.ts'
import { enroll, subjectOf } from './registry.ts'

/** Opens the storages of a cache, gives it its listener, and makes it known to telemetry and to `getCache`. */
export function openCache(settings: CacheSettings): { readonly cache: Cache; readonly handle: CacheHandle } {
  const storages = settings.backend.open({ ...settings, onEvict: (reason) => subject.statistics.on({ type: 'evicted', reason, count: 1 }) })
  const tiers = { local: storages.local && 'memory', shared: storages.shared?.tier }
  const subject = subjectOf(settings.name, settings.backend.name, tiers)
  const cache = new Cache(settings, storages, subject.statistics, subject.tracker)
  const handle = handleOf(cache, subject.statistics)
  subject.add(cache)
  enroll(handle)
  announceSubject(subject.name, 'cache', callSite())
  return { cache, handle }
}
