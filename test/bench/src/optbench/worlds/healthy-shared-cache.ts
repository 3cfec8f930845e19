import { oneSharedCache, SharedCache } from '../shared-cache.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a shared cache near by, with many keys of about the same popularity and slow work behind it',
  truths: [],
  begin(service, random) {
    const [rate, meanMs, lookupMs] = [between(random, 4, 12), between(random, 100, 300), between(random, 0.5, 1.5)]
    const shared = new SharedCache(service, { name: 'catalogue', processes: 3, ttlSeconds: 3_600, lookupMs })
    return oneSharedCache(service, shared, random, { perSecond: () => rate, key: popularKeys(random, 1_500, 0.5), meanMs: () => meanMs })
  },
} satisfies World
