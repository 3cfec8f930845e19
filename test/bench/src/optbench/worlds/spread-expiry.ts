import { expiringCache } from '../expiring-cache.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'entries that expire one by one, and are loaded from a source that is busy now and then',
  truths: [],
  begin(service, random) {
    const [ttlSeconds, loadMs] = [Math.round(between(random, 120, 280)), between(random, 100, 300)]
    return expiringCache(service, random, {
      name: 'rates',
      ttlSeconds,
      batch: 3,
      batchSeconds: 10,
      others: 60,
      othersPerSecond: 6,
      loadMs,
      atOnce: 2,
    })
  },
} satisfies World
