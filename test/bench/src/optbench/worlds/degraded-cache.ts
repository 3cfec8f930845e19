import { oneSharedCache, SharedCache } from '../shared-cache.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a shared cache whose storage answers a part of the requests too late',
  truths: [{ rule: 'degraded-cache', subject: 'profiles' }],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 6, 12), between(random, 100, 400)]
    const shared = new SharedCache(service, { name: 'profiles', processes: 3, ttlSeconds: 7_200, lookupMs: 2 })
    shared.lostShare = between(random, 0.1, 0.4)
    const traffic = { perSecond: () => rate, key: popularKeys(random, 1_000, 0.5), meanMs: () => meanMs }
    // Wrongly: another storage answers in time, and has no room for all of it.
    return oneSharedCache(service, shared, random, traffic, () => {
      shared.isEmpty = true
    })
  },
} satisfies World
