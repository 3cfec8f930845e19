import { checkOptions } from '../options/check-options.ts'
import { checkMaxBytes, checkMaxEntries } from '../options/bounds.ts'
import { EntryTable } from '../memory/entry-table.ts'
import type { EvictionPolicy } from '../eviction/policy.ts'
import type { LocalBackend } from './backend.ts'

/** What `memory()` may be told; what is left out is taken from the cache's options. */
export interface MemoryOptions {
  readonly maxEntries?: number
  readonly maxBytes?: number
  readonly eviction?: EvictionPolicy
}

/** Keeps entries in this process, the objects themselves: nothing is copied or serialized. */
export function memory(options: MemoryOptions = {}): LocalBackend {
  checkOptions('memory', options, ['maxEntries', 'maxBytes', 'eviction'])
  if (options.maxBytes !== undefined) checkMaxBytes(options.maxBytes)
  if (options.maxEntries !== undefined) checkMaxEntries(options.maxEntries)
  return {
    name: 'memory',
    synchronous: true,
    open: (context) => ({ local: new EntryTable({ ...context, ...options }), shared: undefined }),
  }
}

export { memory as default }
