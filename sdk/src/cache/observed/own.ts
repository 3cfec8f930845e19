import { LRUCache } from 'lru-cache'

/** Caches of other libraries that the SDK uses for itself: they are not the agent's, so they are not observed. */
export const ownCaches = new WeakSet<object>()

/** A bounded map that forgets what was not used for longest, for the SDK itself. */
export function ownLru<K extends {}, V extends {}>(max: number): LRUCache<K, V> {
  const cache = new LRUCache<K, V>({ max })
  ownCaches.add(cache)
  return cache
}

/** How every key begins that the SDK keeps in a Redis; its backend counts for itself. */
export const OWN_KEYS = 'pitwall:'
