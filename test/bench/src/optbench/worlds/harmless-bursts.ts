import { expiringCache } from '../expiring-cache.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'entries that expire and are loaded together, from a source to which that makes no difference',
  truths: [],
  begin(service, random) {
    const [ttlSeconds, loadMs] = [Math.round(between(random, 220, 290)), between(random, 150, 250)]
    const [batch, batchSeconds] = [Math.round(between(random, 40, 60)), 20]
    return expiringCache(service, random, {
      name: 'rates',
      ttlSeconds,
      batch,
      batchSeconds,
      others: 40,
      othersPerSecond: 2,
      loadMs,
      atOnce: 100,
    })
  },
} satisfies World
