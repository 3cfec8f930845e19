import { constants, type PerformanceEntry } from 'node:perf_hooks'

/** Kinds of collections as OpenTelemetry names them. The second bit is the young generation's mark-sweep of `--minor-ms`. */
const types = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [2, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
])

/** What a performance entry of type `gc` was about: minor, major, incremental or weakcb; undefined where Node.js does not say. */
export function gcType(entry: PerformanceEntry): string | undefined {
  const detail = 'detail' in entry ? entry.detail : undefined
  const kind = typeof detail === 'object' && detail !== null && 'kind' in detail ? detail.kind : undefined
  return typeof kind === 'number' ? types.get(kind) : undefined
}
