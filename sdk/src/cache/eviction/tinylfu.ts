import { TinyLfu } from '../memory/slots/tiny-lfu.ts'
import type { EvictionPolicy } from './policy.ts'

/** Share of the entries in the window: what its authors found best on most traces. */
const WINDOW_SHARE = 0.01

/**
 * W-TinyLFU: a new entry stays only if its key came more often lately than that of the entry which would go for it. For loops
 * and scans, which make lru useless; for keys that come a few times in short order it is worse than lru.
 */
export function tinylfu(): EvictionPolicy {
  return () => new TinyLfu(WINDOW_SHARE)
}

export { tinylfu as default }
