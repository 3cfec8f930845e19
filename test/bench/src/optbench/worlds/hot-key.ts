import { oneSharedCache, SharedCache } from '../shared-cache.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a shared cache most of whose requests are for one of three keys',
  truths: [{ rule: 'hot-key', subject: 'settings' }],
  begin(service, random) {
    const [rate, meanMs, lookupMs] = [between(random, 9, 12), between(random, 100, 200), between(random, 8, 14)]
    const rest = popularKeys(random, 2_000, 0.5)
    const shared = new SharedCache(service, { name: 'settings', processes: 2, ttlSeconds: 1_800, lookupMs })
    // Wrongly: room for one key, where three are hot.
    return oneSharedCache(
      service,
      shared,
      random,
      {
        perSecond: () => rate,
        key: () => (random() < 0.6 ? `tenant ${Math.floor(3 * random())}` : rest()),
        meanMs: () => meanMs,
      },
      () => {
        shared.frontEntries = 1
      },
    )
  },
} satisfies World
