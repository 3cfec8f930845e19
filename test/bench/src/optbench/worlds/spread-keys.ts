import { oneSharedCache, SharedCache } from '../shared-cache.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a slow Redis for so many keys that one process hardly asks for one twice while it lives, though all together do',
  truths: [],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 8, 12), between(random, 60, 100)]
    const shared = new SharedCache(service, {
      name: 'products',
      processes: 12,
      ttlSeconds: 300,
      lookupMs: meanMs * between(random, 0.3, 0.4),
    })
    return oneSharedCache(service, shared, random, { perSecond: () => rate, key: popularKeys(random, 3_000, 0.1), meanMs: () => meanMs })
  },
} satisfies World
