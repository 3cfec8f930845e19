import { oneSharedCache, SharedCache } from '../shared-cache.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'eight processes that all load what expires, because loading takes long and nobody waits for another',
  truths: [{ rule: 'stampede', subject: 'forecast' }],
  begin(service, random) {
    const [rate, meanMs, ttlSeconds] = [between(random, 8, 12), between(random, 2_000, 5_000), Math.round(between(random, 30, 90))]
    const shared = new SharedCache(service, { name: 'forecast', processes: 8, ttlSeconds, lookupMs: 1 })
    // Wrongly: the one that loads takes as long as all did.
    return oneSharedCache(
      service,
      shared,
      random,
      { perSecond: () => rate, key: popularKeys(random, 6, 0.3), meanMs: () => meanMs },
      () => {
        shared.isLocked = true
        shared.slowdown = 3
      },
    )
  },
} satisfies World
