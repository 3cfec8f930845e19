import { oneSharedCache, SharedCache } from '../shared-cache.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'eight processes that load a lot, but hardly ever the same key at the same time',
  truths: [],
  begin(service, random) {
    const [rate, meanMs, ttlSeconds] = [between(random, 8, 12), between(random, 200, 500), Math.round(between(random, 60, 120))]
    const shared = new SharedCache(service, { name: 'quotes', processes: 8, ttlSeconds, lookupMs: 1 })
    return oneSharedCache(service, shared, random, { perSecond: () => rate, key: popularKeys(random, 2_000, 0.3), meanMs: () => meanMs })
  },
} satisfies World
