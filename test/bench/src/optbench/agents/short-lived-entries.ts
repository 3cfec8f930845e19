import { setTimeout as delay } from 'node:timers/promises'
import { cached } from '@pitwall/sdk'
import type { LiveAgent } from '../live-agent.ts'
import { between, popularKeys } from '../traffic.ts'

export default {
  title: 'a cache whose entries expire long before what they hold changes',
  truths: [{ rule: 'short-ttl', subject: 'prices' }],
  perSecond: 40,
  begin(random) {
    const [meanMs, key] = [between(random, 20, 60), popularKeys(random, between(random, 50, 150), 0.7)]
    const load = async (id: string) => {
      await delay(meanMs)
      return id.length
    }
    const prices = cached(load, { name: 'prices', maxEntries: 1_000, ttl: 500 })
    return {
      call: () => prices(key()),
      fixed({ ttlSeconds }) {
        const longer = cached(load, { name: 'prices for longer', maxEntries: 1_000, ttl: 1_000 * Number(ttlSeconds) })
        return () => longer(key())
      },
    }
  },
} satisfies LiveAgent
