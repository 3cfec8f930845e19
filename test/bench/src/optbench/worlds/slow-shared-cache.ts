import { oneSharedCache, SharedCache } from '../shared-cache.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a Redis that takes half as long as the work, and is asked for the same keys by every process again and again',
  truths: [{ rule: 'slow-shared-cache', subject: 'profiles' }],
  begin(service, random) {
    const [rate, meanMs, ttlSeconds] = [between(random, 8, 12), between(random, 30, 60), Math.round(between(random, 900, 3_600))]
    const shared = new SharedCache(service, { name: 'profiles', processes: 3, ttlSeconds, lookupMs: meanMs * between(random, 0.35, 0.6) })
    // Wrongly: hardly any room.
    return oneSharedCache(
      service,
      shared,
      random,
      { perSecond: () => rate, key: popularKeys(random, 200, 1), meanMs: () => meanMs },
      () => {
        shared.frontEntries = 1
      },
    )
  },
} satisfies World
