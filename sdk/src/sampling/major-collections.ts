import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics } from 'node:v8'
import { gcType } from './gc-type.ts'

/** Calls the action after major garbage collections, once for those that Node hands over together; returns what ends that. */
export function onMajorCollection(action: () => void): () => void {
  const observer = new PerformanceObserver((list) => {
    if (list.getEntries().some((entry) => gcType(entry) === 'major')) action()
  })
  observer.observe({ entryTypes: ['gc'] })
  return () => observer.disconnect()
}

/**
 * Bytes that the last major collection left in the heap. It empties the new space, and what is allocated between it and
 * the moment when we are told of it goes there: so the other spaces hold what the collection left.
 */
export function oldBytes(): number {
  let bytes = 0
  for (const space of getHeapSpaceStatistics()) if (!space.space_name.startsWith('new_')) bytes += space.space_used_size
  return bytes
}
