/** The public names of the SDK, and nothing else. */
export { allocationProfile, type AllocationProfileOptions } from './allocation-profile.ts'
export type { Backend, BackendContext, LocalBackend, SharedBackend, Storages } from './cache/backends/backend.ts'
export {
  cached,
  cached as Cached,
  type CachedFunction,
  cachedMethod,
  type CachedOptions,
  type SharedCachedFunction,
} from './cache/cached.ts'
export { createCache, type CreateCacheOptions, getCache } from './cache/create-cache.ts'
export type { Duration } from './duration.ts'
export type { DumpedEntry, EntryMetadata } from './cache/memory/entries.ts'
export type { EntryOptions } from './cache/options/entry-options.ts'
export type { Eviction, EvictionOptions, EvictionPolicy } from './cache/eviction/policy.ts'
export type { WrapOptions } from './cache/function-cache.ts'
export type { AsyncCache, CacheHandle, GetOrSetOptions, SyncCache } from './cache/handle.ts'
export type { DisposeReason, Lease } from './cache/memory/held-values.ts'
export type { L2Options } from './cache/options/l2-options.ts'
export type { LoadContext } from './cache/loading/load-context.ts'
export { type CacheOptions, setCacheDefaults } from './cache/options/options.ts'
export { plainBackend, type PlainBackendOptions } from './cache/plain-backend.ts'
export type { PlainStore } from './cache/shared/plain-storage.ts'
export { ComputationCache, type ComputationCacheOptions } from './cache/presets/computation-cache.ts'
export { ModelCache, type ModelCacheOptions } from './cache/presets/model-cache.ts'
export { ResponseCache, type ResponseCacheOptions, type ResponseFunction } from './cache/presets/response-cache.ts'
export {
  type ChangeListener,
  type Reading,
  type Release,
  type SharedStorage,
  StorageRefusal,
  type StoredValue,
  type Token,
} from './cache/shared/shared-storage.ts'
export { loadContext } from './cache/loading/single-flight.ts'
export type { StandardSchema } from './cache/options/standard-schema.ts'
export type { CacheStats } from './cache/statistics.ts'
export type { Serializer } from './cache/shared/value-codec.ts'
export { type Clock, systemClock } from './clock.ts'
export { cpuProfile, type CpuProfileOptions } from './cpu-profile.ts'
export { LoadTimeoutError, MissingScopeError, OptionError } from './errors.ts'
export type { AllocationProfile, FunctionBytes } from './memory/allocation-profile.ts'
export { EffectSpans } from './effects/effect-spans.ts'
export { ModelSpans } from './models/model-spans.ts'
export type { MetricExporterName, RegisterOptions } from './options.ts'
export { profiled, profiled as Profiled, type ProfiledOptions } from './profiled.ts'
export { profileAsync, profileCpu, profileMemory, profileTime } from './profiled-sections.ts'
export { getProfiler, type ProcessProfiler, type RetentionOptions, type SummariesOptions, type SummaryOrder } from './profiler.ts'
export type { CpuProfile, FunctionTime } from './profiles/profile-run.ts'
export { register, type Registration } from './register.ts'
export type { FigureSummary, FunctionSummary } from './sampling/call-summary.ts'
export type { Trend } from './sampling/trend.ts'
export { startSystemMonitoring, type StopMonitoring, type SystemMonitoringOptions, systemSummary } from './system/system-monitoring.ts'
export type { SystemSample } from './system/system-sample.ts'
export type { SystemFigure, SystemFigureSummary, SystemSummary } from './system/system-summary.ts'
export { metricProducer } from './telemetry/producer.ts'
export type { Block, BlockCause, StackFrame } from './watchdog/block.ts'
export { recentBlocks } from './watchdog/recent-blocks.ts'
export { withPitwall } from './with-pitwall.ts'
