import { LRUCache } from 'lru-cache'
import type { EvictionPolicy } from './policy.ts'

/** Drops what was not used for longest: the default, right for most agents. */
export function lru(): EvictionPolicy {
  return ({ maxEntries, onEvict }) =>
    new LRUCache({
      max: maxEntries,
      ...(onEvict && {
        dispose: (value, key, reason) => {
          if (reason === 'evict') onEvict(value, key)
        },
      }),
    })
}

export { lru as default }
