import { setTimeout as delay } from 'node:timers/promises'
import { cached } from '@pitwall/sdk'
import type { LiveAgent } from '../live-agent.ts'
import { between, popularKeys } from '../traffic.ts'

export default {
  title: 'a cache that is as large, and whose entries live as long, as they should',
  truths: [],
  perSecond: 40,
  begin(random) {
    const [meanMs, keys] = [between(random, 20, 60), Math.round(between(random, 100, 300))]
    const key = popularKeys(random, keys, 0.8)
    const profiles = cached(
      async (id: string) => {
        await delay(meanMs)
        return id.length
      },
      { name: 'profiles', maxEntries: 2 * keys, ttl: '1h' },
    )
    return { call: () => profiles(key()) }
  },
} satisfies LiveAgent
