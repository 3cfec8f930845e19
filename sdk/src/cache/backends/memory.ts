import { checkOptions } from '../check-options.ts'
import { EntryTable } from '../entry-table.ts'
import type { EvictionPolicy } from '../eviction/policy.ts'
import { checkMaxEntries } from '../max-entries.ts'
import type { LocalBackend } from './backend.ts'

/** What `memory()` may be told; what is left out is taken from the cache's options. */
export interface MemoryOptions {
  readonly maxEntries?: number
  readonly eviction?: EvictionPolicy
}

/** Keeps entries in this process, the objects themselves: nothing is copied or serialized. */
export function memory(options: MemoryOptions = {}): LocalBackend {
  checkOptions('memory', options, ['maxEntries', 'eviction'])
  if (options.maxEntries !== undefined) checkMaxEntries(options.maxEntries)
  return {
    name: 'memory',
    synchronous: true,
    open: ({ maxEntries, eviction, onEvict }) => {
      const bounds = { maxEntries: options.maxEntries ?? maxEntries, maxBytes: Number.POSITIVE_INFINITY }
      return { local: new EntryTable({ ...bounds, eviction: options.eviction ?? eviction, onEvict }), shared: undefined }
    },
  }
}

export { memory as default }
