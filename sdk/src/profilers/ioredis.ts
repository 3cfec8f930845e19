import { observe } from '../cache/observed/observe.ts'
import { RedisObserver } from '../cache/observed/redis-observer.ts'
import type { Profiler } from './profiler.ts'

/** What the agent itself reads from a Redis through ioredis (6 or later), under the metrics of our caches. */
export default { start: () => observe(new RedisObserver()) } satisfies Profiler
