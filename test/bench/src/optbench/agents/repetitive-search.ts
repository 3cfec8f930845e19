import { setTimeout as delay } from 'node:timers/promises'
import { cached, profiled } from '@pitwall/sdk'
import type { LiveAgent } from '../live-agent.ts'
import { between, popularKeys } from '../traffic.ts'

export default {
  title: 'a slow search that is asked the same again and again',
  truths: [{ rule: 'uncached-repetition', subject: 'search' }],
  perSecond: 20,
  begin(random) {
    const [meanMs, key] = [between(random, 20, 80), popularKeys(random, between(random, 100, 400), 0.9)]
    const answer = async (query: string) => {
      await delay(meanMs)
      return query.length
    }
    const search = profiled(answer, { name: 'search' })
    return {
      call: () => search(key()),
      fixed({ maxEntries, ttlSeconds }) {
        const kept = cached(answer, { name: 'search with a cache', maxEntries: Number(maxEntries), ttl: 1_000 * Number(ttlSeconds) })
        return () => kept(key())
      },
    }
  },
} satisfies LiveAgent
