import { expiringCache } from '../expiring-cache.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'entries that were loaded together, expire together, and are loaded together from a source that does two things at once',
  truths: [{ rule: 'synchronized-expiry', subject: 'rates' }],
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
      atOnce: 2,
    })
  },
} satisfies World
