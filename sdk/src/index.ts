/** The public names of the SDK, and nothing else. */
export type { Backend, LocalBackend, SharedBackend } from './cache/backends/backend.ts'
export {
  cached,
  cached as Cached,
  type CachedFunction,
  cachedMethod,
  type CachedOptions,
  type SharedCachedFunction,
} from './cache/cached.ts'
export { createCache, type CreateCacheOptions, getCache } from './cache/create-cache.ts'
export type { Duration } from './cache/duration.ts'
export type { AsyncCache, CacheHandle, SyncCache } from './cache/handle.ts'
export type { CacheOptions } from './cache/options.ts'
export type { CacheStats } from './cache/statistics.ts'
export { type Clock, systemClock } from './clock.ts'
export { OptionError } from './errors.ts'
export type { MetricExporterName, RegisterOptions } from './options.ts'
export { profiled, type ProfiledOptions } from './profiled.ts'
export { register, type Registration } from './register.ts'
export { metricProducer } from './telemetry/producer.ts'
export { withPitwall } from './with-pitwall.ts'
