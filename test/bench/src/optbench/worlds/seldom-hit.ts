import { oneSharedCache, SharedCache } from '../shared-cache.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a shared cache that is seldom hit, whose few hits each save seconds',
  truths: [],
  begin(service, random) {
    const [rate, meanMs, lookupMs] = [between(random, 8, 12), between(random, 400, 2_000), between(random, 8, 16)]
    const popular = popularKeys(random, 50, 1)
    const shared = new SharedCache(service, { name: 'reports', processes: 3, ttlSeconds: 3_600, lookupMs })
    return oneSharedCache(service, shared, random, {
      perSecond: () => rate,
      key: (index) => (random() < 0.2 ? popular() : `report ${index}`),
      meanMs: () => meanMs,
    })
  },
} satisfies World
