import { LruObserver } from '../cache/observed/lru-observer.ts'
import { observe } from '../cache/observed/observe.ts'
import type { Profiler } from './profiler.ts'

/** The agent's own caches that are made with lru-cache (11.3 or later), under the metrics of ours. */
export default { start: () => observe(new LruObserver()) } satisfies Profiler
