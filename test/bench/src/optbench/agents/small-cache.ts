import { setTimeout as delay } from 'node:timers/promises'
import { cached } from '@pitwall/sdk'
import type { LiveAgent } from '../live-agent.ts'
import { between, popularKeys } from '../traffic.ts'

export default {
  title: 'a cache that has room for a part of what is asked for again',
  truths: [{ rule: 'undersized-cache', subject: 'profiles' }],
  perSecond: 40,
  begin(random) {
    const [meanMs, keys] = [between(random, 20, 60), Math.round(between(random, 200, 400))]
    const key = popularKeys(random, keys, 0.5)
    const load = async (id: string) => {
      await delay(meanMs)
      return id.length
    }
    const profiles = cached(load, { name: 'profiles', maxEntries: Math.round(keys / 12), ttl: '1h' })
    return {
      call: () => profiles(key()),
      fixed({ maxEntries }) {
        const larger = cached(load, { name: 'profiles in a larger cache', maxEntries: Number(maxEntries), ttl: '1h' })
        return () => larger(key())
      },
    }
  },
} satisfies LiveAgent
