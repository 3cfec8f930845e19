import { oneSharedCache, SharedCache } from '../shared-cache.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a cache in a distant Redis, for keys that hardly repeat and work that is quicker than asking',
  truths: [{ rule: 'useless-cache', subject: 'geocode' }],
  begin(service, random) {
    const [rate, meanMs, lookupMs] = [between(random, 8, 12), between(random, 4, 8), between(random, 8, 16)]
    const popular = popularKeys(random, 50, 1)
    const shared = new SharedCache(service, { name: 'geocode', processes: 3, ttlSeconds: 3_600, lookupMs })
    // Wrongly: what is behind the cache is slower when it is asked more often.
    return oneSharedCache(
      service,
      shared,
      random,
      {
        perSecond: () => rate,
        key: (index) => (random() < 0.2 ? popular() : `place ${index}`),
        meanMs: () => meanMs,
      },
      () => {
        shared.isRemoved = true
        shared.slowdown = 3
      },
    )
  },
} satisfies World
